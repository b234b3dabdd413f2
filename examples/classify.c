/* Runs one picture of raw bytes [C, H, W] through a model and prints the best
 * class:  classify model.triad picture.raw */
#include <stdio.h>
#include <stdlib.h>
#include <triad/runtime/triad.h>

static int fail(const char* what) {
  fprintf(stderr, "classify: %s\n", what);
  return 1;
}

/* Reads exactly `size` bytes. */
static int read_bytes(const char* path, uint8_t* bytes, size_t size) {
  FILE* file = fopen(path, "rb");
  const int complete = file && fread(bytes, 1, size, file) == size;
  if (file) fclose(file);
  return complete;
}

int main(int count, char** arguments) {
  if (count != 3) return fail("expected a model and a picture");

  triad_model* model = NULL;
  triad_description about;
  if (triad_load(arguments[1], 1, &model) != TRIAD_OK ||
      triad_describe(model, &about) != TRIAD_OK)
    return fail(triad_error());

  const size_t size = about.channels * about.height * about.width;
  uint8_t* picture = malloc(size);
  float* logits = malloc(about.outputs * sizeof *logits);
  int status = 0;
  if (!picture || !logits) {
    status = fail("out of memory");
  } else if (!read_bytes(arguments[2], picture, size)) {
    status = fail("expected a picture of channels x height x width bytes");
  } else if (triad_run(model, picture, size, 1, logits, about.outputs) !=
             TRIAD_OK) {
    status = fail(triad_error());
  } else {
    size_t best = 0;
    for (size_t k = 1; k < about.outputs; ++k)
      if (logits[k] > logits[best]) best = k;
    printf("class %zu, logit %g (%s, %s kernels)\n", best, logits[best],
           about.name, about.kernels);
  }
  free(picture);
  free(logits);
  triad_free(model);
  return status;
}
