export { type NumberRange, OptionReader } from './option-reader.ts';
