/** The OpenAPI 3.1 document, made from the same rows as the router: what it says is what is checked. */
import { toJsonSchema } from '@valibot/to-json-schema';
import { looseObject, string, type GenericSchema } from 'valibot';
import { signatureHeaders } from '../../lib/domain/signed-request';
import { refusalSchema } from './refusal';
import { defineRoute, type Route } from './route';
import { describeRefusal, statusesOf } from './statuses';

export { refusalSchema } from './refusal';

type Json = Record<string, unknown>;

const refusalRef: Json = { $ref: '#/components/schemas/Refusal' };

/** The document of these rows. */
export function describeApi(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = describeRoute(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Pumpside',
      version: '1',
      description: 'The interface of the backend. Times are milliseconds since 1970 UTC, or ISO 8601 where it is said.'
    },
    paths,
    components: {
      schemas: { Refusal: describe(refusalSchema) },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'pumpside-session' },
        key: { type: 'http', scheme: 'bearer' },
        device: {
          type: 'apiKey',
          in: 'header',
          name: signatureHeaders.signature,
          description: 'ECDSA P-256 signature of a registered device over the body.'
        }
      }
    }
  };
}

/** The endpoint that serves the document of `routes` and of itself. */
export function openApiRoute(routes: readonly Route[]): Route {
  let text: Json | undefined;
  const route: Route = defineRoute({
    method: 'GET',
    path: '/api/v1/openapi.json',
    name: 'getOpenApi',
    summary: 'This document.',
    tag: 'system',
    access: 'public',
    answers: { 200: { describes: 'OpenAPI 3.1', schema: looseObject({ openapi: string() }) } },
    handle: () => ({ status: 200, body: (text ??= describeApi([...routes, route])) })
  });
  return route;
}

function describeRoute(route: Route): Json {
  const own = Object.entries(route.answers).map(([status, { describes, schema }]) => [
    status,
    {
      description: describes,
      ...(schema ? { content: json(schema === refusalSchema ? refusalRef : describe(schema, 'output')) } : {})
    }
  ]);
  const others = statusesOf(route)
    .filter((status) => !(status in route.answers))
    .map((status) => [String(status), { description: describeRefusal(status), content: json(refusalRef) }]);
  const isPublic = route.access === 'public';
  return {
    operationId: route.name,
    summary: route.summary,
    tags: [route.tag],
    ...(isPublic
      ? {}
      : {
          description: `Asks for ${route.access === 'signed-in' ? 'any caller' : `the permission \`${route.access}\``}.`
        }),
    security: isPublic ? [] : [{ session: [] }, { key: [] }, { device: [] }],
    parameters: [...describeParameters(route.params, 'path'), ...describeParameters(route.query, 'query')],
    ...(route.body ? { requestBody: { required: true, content: json(describe(route.body)) } } : {}),
    responses: Object.fromEntries([...own, ...others])
  };
}

function describeParameters(schema: GenericSchema | undefined, place: 'path' | 'query'): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = describe(schema) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: each
  }));
}

function json(schema: Json): Json {
  return { 'application/json': { schema } };
}

/** What may be sent (`input`) or what comes back (`output`). Checks that JSON Schema has no word for are left to the server. */
function describe(schema: GenericSchema, typeMode: 'input' | 'output' = 'input'): Json {
  const described: Json = { ...toJsonSchema(schema, { typeMode, errorMode: 'ignore', target: 'draft-2020-12' }) };
  delete described['$schema'];
  return described;
}
