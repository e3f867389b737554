export { createHealth, health } from '@org/instrument-health';
export * from '@org/instrument-health/checks';
