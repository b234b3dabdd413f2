#include "triad/train/method/methods.h"

#include "triad/train/method/group_lasso.h"
#include "triad/train/method/ternary.h"

namespace triad::train {

Methods make_methods(const recipe::Recipe& recipe) {
  Methods methods;
  if (recipe.group_lasso.enabled)
    methods.push_back(make_group_lasso(
        recipe.group_lasso, recipe.pattern,
        recipe.ternary.enabled ? recipe.ternary.group_zero_share : 0));
  if (recipe.ternary.enabled)
    methods.push_back(make_ternary(recipe.ternary, recipe.pattern));
  return methods;
}

}  // namespace triad::train
