// In CI a test that fails is tried once more, with its first failure in the log: browsers, nginx and Keycloak share two cores there.
import { jest } from '@jest/globals';

if (process.env['CI'] === 'true') jest.retryTimes(1, { logErrorsBeforeRetry: true });
