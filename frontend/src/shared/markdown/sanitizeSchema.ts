// What may stand in a message after markdown: the library's safe set, and the classes of code colours.
import { defaultSchema, type Options } from "rehype-sanitize";

export const sanitizeSchema: Options = {
  ...defaultSchema,
  attributes: {
    ...defaultSchema.attributes,
    code: [["className", /^language-./, /^hljs/]],
    span: [["className", /^hljs-/, /_$/]],
  },
};
