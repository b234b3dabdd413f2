/* The C interface of the triad runtime: load a .triad model, run pictures.
 *
 * Thread-safe: any function may be called from any thread; runs on one model
 * take turns (load it twice to run side by side). No function aborts, prints or
 * throws. Every triad_status but TRIAD_OK leaves its outputs untouched and sets
 * the message triad_error() returns.
 */
#ifndef TRIAD_RUNTIME_TRIAD_H
#define TRIAD_RUNTIME_TRIAD_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define TRIAD_API __attribute__((visibility("default")))
#else
#define TRIAD_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  TRIAD_OK = 0,
  TRIAD_BAD_ARGUMENT = 1, /* a null pointer, a wrong size, NaN, threads < 1 */
  TRIAD_BAD_MODEL = 2,    /* no file, damaged, or not lowered to integers */
  TRIAD_NO_MEMORY = 3,
  TRIAD_FAILED = 4 /* threads that cannot be started, and the like */
} triad_status;

typedef struct triad_model triad_model; /* a loaded network */

typedef struct {
  const char* name;               /* of the network; valid until triad_free */
  const char* kernels;            /* "avx512vbmi", "avx2", ... */
  size_t channels, height, width; /* of a picture */
  size_t outputs;                 /* floats per picture, logits as a rule; of a
                                     network with several outputs, all of them
                                     one after the other */
  size_t threads;
  size_t weight_bytes; /* as packed for this machine */
  size_t value_bytes;  /* memory of values in flight */
} triad_description;

/* Loads the file at `path` for `threads` threads (1..256). The kernels are the
 * best of this machine, or those the environment's TRIAD_KERNELS names. On
 * success *model is to be freed with triad_free. */
TRIAD_API triad_status triad_load(const char* path, int threads,
                                  triad_model** model);

/* The same from memory, which may be freed afterwards. */
TRIAD_API triad_status triad_load_bytes(const void* bytes, size_t size,
                                        int threads, triad_model** model);

TRIAD_API triad_status triad_describe(const triad_model* model,
                                      triad_description* description);

/* Runs `count` >= 1 pictures.
 *   pictures  [count, channels, height, width] bytes, row-major
 *   size      of pictures in bytes
 *   results   [count, outputs]
 *   capacity  of results in floats, at least count * outputs */
TRIAD_API triad_status triad_run(triad_model* model, const uint8_t* pictures,
                                 size_t size, size_t count, float* results,
                                 size_t capacity);

/* The same for pictures of floats in [0, 1]: x stands for the byte
 * 255 * x, rounded, values outside cut. size counts floats. A NaN is
 * TRIAD_BAD_ARGUMENT. */
TRIAD_API triad_status triad_run_floats(triad_model* model,
                                        const float* pictures, size_t size,
                                        size_t count, float* results,
                                        size_t capacity);

/* Frees a model; null is allowed. No run may be under way. */
TRIAD_API void triad_free(triad_model* model);

/* What went wrong in this thread's last failed call, one line; "" if none. */
TRIAD_API const char* triad_error(void);

#ifdef __cplusplus
}
#endif

#endif /* TRIAD_RUNTIME_TRIAD_H */
