/**
 * Whether the function is a class, which cannot be called without `new`. A method that is named `class` begins like
 * one, but has no `prototype`. Built-in classes are taken for functions.
 */
export function isClass(fn: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(fn)) && Object.hasOwn(fn, 'prototype');
}
