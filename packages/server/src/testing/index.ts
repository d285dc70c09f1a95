export { startTestProvider, type TestProvider, type TestProviderOptions } from './provider.ts';
export {
  type PolicyStatement,
  startTestService,
  type TestPool,
  type TestPoolOptions,
  type TestService,
  type TestServiceOptions,
} from './service.ts';
