/** Where servers listen of which nothing else is said: they are not shown to the network unless asked for. */
export const DEFAULT_HOST = '127.0.0.1';
/** The port registered for OpenTelemetry exporters. */
export const DEFAULT_PORT = 9464;
