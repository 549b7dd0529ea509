// Prints runtime/bp/routes.c, what the command `bp` knows of the System Service, made from docs/openapi.json:
//   node runtime/setup/bp-routes.mjs > runtime/bp/routes.c
import { readFileSync } from 'node:fs';

/**
 * @typedef {{ type?: string | string[], enum?: unknown[], description?: string, $ref?: string, properties?: Record<string, Schema>,
 *   items?: Schema, required?: string[] }} Schema
 * @typedef {{ name: string, in: string, required?: boolean, description?: string, schema: Schema }} Parameter
 * @typedef {{ operationId: string, summary: string, parameters?: Parameter[],
 *   requestBody?: { content: Record<string, { schema: Schema }> } }} Operation
 * @typedef {{ paths: Record<string, Record<string, Operation>>, components: { schemas: Record<string, Schema> } }} Document
 * @typedef {{ name: string, place: string, schema: Schema, isRequired: boolean, about: string }} Field
 */

const PLACES = { path: 'IN_PATH', query: 'IN_QUERY' };
const RESOURCES = ['cpu_seconds', 'memory_mb', 'tokens', 'attention'];

const document = /** @type {Document} */ (
  JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'))
);

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

process.stdout.write(`/* Made from docs/openapi.json by runtime/setup/bp-routes.mjs; don't change it by hand. */
#include "routes.h"

#include <string.h>

${operations.map(fieldsOf).filter(Boolean).join('\n\n')}

const struct route ROUTES[] = {
${operations.map(routeOf).join('\n')}
};

const size_t ROUTE_COUNT = sizeof ROUTES / sizeof *ROUTES;

const struct route *route_of(const char *operation) {
  for (size_t i = 0; i < ROUTE_COUNT; i++)
    if (strcmp(ROUTES[i].operation, operation) == 0) return &ROUTES[i];
  return NULL;
}
`);

/** @param {{ operation: Operation }} route */
function fieldsOf({ operation }) {
  const fields = allFields(operation);
  if (fields.length === 0) return '';
  return `static const struct field ${nameOf(operation)}[] = {\n${fields.map(lineOf).join('\n')}\n};`;
}

/** @param {{ method: string, path: string, operation: Operation }} route */
function routeOf({ method, path, operation }) {
  const { operationId, summary, parameters = [] } = operation;
  const takesKey = parameters.some((parameter) => parameter.in === 'header');
  const count = allFields(operation).length;
  const fields = count > 0 ? nameOf(operation) : 'NULL';
  const takesAny = operation.requestBody !== undefined && !bodyOf(operation).properties;
  return `    {${[operationId, method, path, summary].map(quoted).join(', ')},\n     ${takesKey}, ${takesAny}, ${fields}, ${count}},`;
}

/** @param {Operation} operation */
function nameOf({ operationId }) {
  return operationId.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** @param {Operation} operation @returns {Schema} */
function bodyOf({ requestBody }) {
  return resolved(requestBody?.content['application/json']?.schema ?? {});
}

/** @param {Schema} schema @returns {Schema} */
function resolved(schema) {
  const { $ref, ...own } = schema;
  return $ref ? { ...document.components.schemas[$ref.split('/').at(-1) ?? ''], ...own } : schema;
}

/** @param {Operation} operation @returns {Field[]} */
function allFields(operation) {
  const outside = (operation.parameters ?? []).flatMap(({ name, in: where, schema, required = false, description }) =>
    where in PLACES
      ? [{ name, place: PLACES[/** @type {'path'} */ (where)], schema, isRequired: required, about: description ?? '' }]
      : [],
  );
  const body = fieldsIn(bodyOf(operation), '');
  const nested = body.flatMap((field) =>
    field.schema.properties && !isBundle(field.schema) ? fieldsIn(field.schema, `${field.name}.`) : [],
  );
  return [...outside, ...body, ...nested];
}

/** @param {Schema} schema @param {string} prefix @returns {Field[]} */
function fieldsIn({ properties = {}, required = [] }, prefix) {
  return Object.entries(properties).map(([name, field]) => ({
    name: prefix + name,
    place: 'IN_BODY',
    schema: resolved(field),
    isRequired: prefix === '' && required.includes(name),
    about: field.description ?? '',
  }));
}

/** @param {Schema} schema */
function isBundle({ properties = {} }) {
  return Object.keys(properties).join() === RESOURCES.join();
}

/** @param {Schema} schema */
function typeOf(schema) {
  if (isBundle(schema)) return 'BUNDLE';
  if (schema.type === 'string') return 'TEXT';
  if (schema.type === 'number' || schema.type === 'integer') return 'NUMBER';
  if (isList(schema)) return 'LIST';
  return schema.type === 'boolean' ? 'FLAG' : 'JSON';
}

/** Of texts, each of which is an option of its own. @param {Schema} schema */
function isList({ type, items }) {
  return type === 'array' && items?.type === 'string';
}

/** @param {Field} field */
function lineOf({ name, place, schema, isRequired, about }) {
  // next_bid.earliest_cycle is --next-earliest-cycle.
  const words = name.replace('_bid.', '-').replaceAll('_', '-');
  // One of the files is --file.
  const option = isList(schema) ? words.replace(/s$/, '') : words;
  const choice = schema.type === 'string' && schema.enum ? ` One of ${schema.enum.join(', ')}.` : '';
  return `    {${quoted(name)}, ${quoted(option)}, ${place}, ${typeOf(schema)}, ${isRequired}, ${quoted(about + choice)}},`;
}

/** @param {string} words */
function quoted(words) {
  return JSON.stringify(words);
}
