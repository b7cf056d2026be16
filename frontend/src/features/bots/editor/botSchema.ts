// The schema of bot files, as `make contracts` writes it beside the types.
import generated from "../../../botSchema.gen.json";
import type { Schema } from "./completion";

export const botSchema: Schema = generated;
