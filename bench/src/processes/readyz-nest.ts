import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';

/** A Nest application with the probe of its handbook; decorators are applied by hand, as this is built without them. */
export async function serveNest(names: readonly string[], check: () => Promise<void>): Promise<string> {
  class HealthController {
    readonly #service: HealthCheckService;
    constructor(service: HealthCheckService) {
      this.#service = service;
    }
    readyz(): Promise<unknown> {
      return this.#service.check(
        names.map((name) => async () => {
          await check();
          return { [name]: { status: 'up' as const } };
        }),
      );
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(
    HealthController.prototype,
    'readyz',
  ) as PropertyDescriptor;
  Get('readyz')(HealthController.prototype, 'readyz', descriptor);
  HealthCheck()(HealthController.prototype, 'readyz', descriptor);
  Inject(HealthCheckService)(HealthController, undefined, 0);
  Controller()(HealthController);
  class AppModule {}
  Module({ imports: [TerminusModule], controllers: [HealthController] })(AppModule);
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  return `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}/readyz`;
}
