/** The recipes shipped in `models/recipes`, in the order of their names; the first is the default. A test holds each against the schema. */
import type { Recipe } from '../domain/recipe';

const files = import.meta.glob<Recipe>('/models/recipes/*.json', { eager: true, import: 'default' });

export const recipes: Recipe[] = Object.values(files);
