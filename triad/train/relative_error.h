#pragma once
// How far a student's value is from its teacher's, as one differentiable
// operation with one pass over memory forward and one back: out of libtorch's
// operations it took a third of the time of training by features. Written for
// the CPU; elsewhere libtorch's own operations do the same.

#include "triad/train/torch.h"

namespace triad::train {

// mean((student - teacher)^2) / var(teacher), a scalar; of equal shapes. The
// teacher gets no gradient. A teacher that never changes has no variance: it
// counts as 1e-12. Sums are taken over blocks of a fixed size, so the bits do
// not depend on the thread count.
at::Tensor relative_error(const at::Tensor& student, const at::Tensor& teacher);

// The same out of libtorch's operations: any device, and the judge of the fast
// form.
at::Tensor relative_error_composite(const at::Tensor& student,
                                    const at::Tensor& teacher);

}  // namespace triad::train
