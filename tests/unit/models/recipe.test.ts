import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseRecipe } from '$lib/models/recipe';

const folder = new URL('../../../models/recipes/', import.meta.url);
const files = readdirSync(folder);
const skab = JSON.parse(readFileSync(new URL('skab.json', folder), 'utf8'));

describe('recipes', () => {
  test.each(files)('%s is valid and named like its file', (file) => {
    const recipe = parseRecipe(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
    expect(recipe).toMatchObject({ ok: true, value: { name: file.replace('.json', '') } });
  });

  test.each([
    ['train.learningRate', { ...skab, train: { ...skab.train, learningRate: -1 } }],
    ['model.encoder', { ...skab, model: { ...skab.model, encoder: [] } }],
    ['window.steps', { ...skab, window: { steps: 1.5, stride: 1 } }],
    ['findings', { ...skab, findings: { ...skab.findings, openK: 11, openN: 10 } }],
    ['extra', { ...skab, extra: 1 }]
  ])('a wrong %s is refused by its name', (where, recipe) => {
    expect(parseRecipe(recipe)).toMatchObject({ ok: false, fault: { code: 'bad-recipe', where } });
  });
});
