import type { Recipe } from '../lib/domain/recipe';
import { parseRecipe } from '../lib/models/recipe';
import { InputError, UsageError } from './usage';

const files = import.meta.glob('/models/recipes/*.json', { eager: true, import: 'default' });

/** The shipped recipe of that name, checked. */
export function findRecipe(name: string): Recipe {
  const file = files[`/models/recipes/${name}.json`];
  if (!file) {
    const names = Object.keys(files).map((path) => path.split('/').at(-1)!.replace('.json', ''));
    throw new UsageError(`no recipe "${name}"; there are ${names.join(', ')}`);
  }
  const recipe = parseRecipe(file);
  if (!recipe.ok) throw new InputError(recipe.fault);
  return recipe.value;
}
