import { toJsonSchema } from '@valibot/to-json-schema'
import { format, resolveConfig } from 'prettier'
import {
  corruptSchema,
  editSchema,
  patternOptions,
  patternsSchema,
  transformSchema,
  valuesSchema,
} from '../src/core/model/patterns/schema.ts'
import { lagrangianSchema, scenarioSchema } from '../src/core/model/schema.ts'

/** Path of the published JSON Schema, relative to the project. */
export const SCHEMA_FILE = 'schema/scenario.schema.json'

const DRAFT = 'http://json-schema.org/draft-07/schema#'

/** The published JSON Schema, as text. */
export async function schemaText(): Promise<string> {
  const sources = patternOptions.map((option) => [`patterns-${option.entries.kind.literal}`, option] as const)
  const schema = toJsonSchema(scenarioSchema, {
    typeMode: 'input',
    definitions: {
      lagrangian: lagrangianSchema,
      patterns: patternsSchema,
      ...Object.fromEntries(sources),
      values: valuesSchema,
      transform: transformSchema,
      corrupt: corruptSchema,
      edit: editSchema,
    },
    // The range of float32 has no counterpart in JSON Schema.
    ignoreActions: ['check'],
  })
  return format(JSON.stringify({ $schema: DRAFT, ...schema }), {
    ...(await resolveConfig(SCHEMA_FILE)),
    parser: 'json',
  })
}
