import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { describeApi } from '../../../../src/server/api/openapi';
import { statusesOf } from '../../../../src/server/api/statuses';
import { allRoutes } from './all-routes';

const routes = allRoutes();
const file = join(import.meta.dirname, '../../../../src/server/api/openapi.json');

// Written anew by: npx vitest run --project unit tests/unit/server/api/openapi.test.ts -u
test('the document that is committed is the one the rows make', async () => {
  // As all files here are laid out.
  const options = { ...(await resolveConfig(file)), parser: 'json' };
  await expect(await format(JSON.stringify(describeApi(routes), null, 2), options)).toMatchFileSnapshot(file);
});

test('every row has an operation of its own name, with every status that may come', () => {
  const { paths } = describeApi(routes) as {
    paths: Record<string, Record<string, { operationId: string; responses: object }>>;
  };
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  expect(operations).toHaveLength(routes.length);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(routes.length);
  for (const route of routes) {
    const operation = operations.find(({ operationId }) => operationId === route.name)!;
    expect(Object.keys(operation.responses).map(Number)).toEqual(statusesOf(route));
    expect(route.name).toMatch(/^[a-z][A-Za-z]+$/);
  }
});

test('400 is not used', () => {
  expect(routes.filter((route) => statusesOf(route).includes(400))).toEqual([]);
});
