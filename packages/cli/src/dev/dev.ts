import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Daypass, startDaypass } from '@daypass/server';
import { isPortTaken, portTaken } from '../port.ts';
import { demo, guestPolicy, playerPolicy, provider } from './demo.ts';
import { startGameSite } from './game-site.ts';
import { startOpenIdProvider } from './openid-provider.ts';
import { providerKeys } from './provider-keys.ts';
import { seedPool, seedTables } from './seed.ts';
import { startDynamoDbStore, startS3Store } from './stores.ts';

export interface DevOptions {
  /** Directory in which everything is kept. */
  readonly data: string;
  /** Ports of the service, the game and the OpenID provider; 0 is any free one. */
  readonly port: number;
  readonly gamePort: number;
  readonly oidcPort: number;
  readonly region: string;
  readonly account: string;
}

/** The whole thing on one machine, running. */
export interface Dev {
  /** The service: identity pool, and the gateway to S3 and DynamoDB. */
  readonly url: string;
  readonly gameUrl: string;
  readonly openIdProviderUrl: string;
  readonly identityPoolId: string;
  /** With which `daypass login` signs a player in. */
  readonly loginArguments: readonly string[];
  /** The root key as the AWS CLI reads it. */
  readonly credentialsFile: string;
  close(): Promise<void>;
}

/**
 * Starts the service with an OpenID provider, an S3 store, a DynamoDB store, a seeded pool and the game, all in this
 * process and on loopback. Throws a `UsageError` for a port that is taken and for a game that is not built.
 */
export async function startDev(options: DevOptions): Promise<Dev> {
  const data = resolve(options.data);
  const { region, account } = options;
  await mkdir(data, { recursive: true, mode: 0o700 });
  const running: { close(): Promise<void> }[] = [];
  const started = <Part extends { close(): Promise<void> }>(part: Part): Part => {
    running.unshift(part);
    return part;
  };
  // Last started, first closed.
  const close = async (): Promise<void> => {
    for (const part of running.splice(0)) await part.close();
  };

  try {
    const game = started(await startGameSite(options.gamePort));
    const openIdProvider = started(
      await startOpenIdProvider({
        port: options.oidcPort,
        origins: [game.url, game.url.replace('127.0.0.1', 'localhost')],
        keys: await providerKeys(join(data, 'openid-provider.json')),
      }),
    );
    const s3 = started(await startS3Store(join(data, 's3'), demo.bucket));
    const dynamodb = started(await startDynamoDbStore(join(data, 'dynamodb')));
    const daypass = started(
      await startDaypass({
        port: options.port,
        data,
        region,
        account,
        logLevel: 'warn',
        s3Backend: s3.backend,
        dynamodbBackend: dynamodb.backend,
        providerOverrides: { [provider.key]: openIdProvider.url },
      }).catch((error: unknown): Daypass => {
        throw isPortTaken(error) ? portTaken(options.port, '--port') : error;
      }),
    );

    await seedTables({ ...dynamodb.backend, region });
    const identityPoolId = await seedPool({ url: daypass.url, region, ...daypass.rootCredentials }, account);
    game.open({
      endpoint: daypass.url,
      region,
      identityPoolId,
      playerRole: demo.playerRole,
      guestRole: demo.guestRole,
      issuer: provider.issuer,
      openIdProviderUrl: openIdProvider.url,
      clientId: provider.clientId,
      bucket: demo.bucket,
      scoresTable: demo.scoresTable,
      highScoresTable: demo.highScoresTable,
      highScoresIndex: demo.highScoresIndex,
      policies: { player: playerPolicy(region, account), guest: guestPolicy(region, account) },
    });
    return {
      url: daypass.url,
      gameUrl: game.url,
      openIdProviderUrl: openIdProvider.url,
      identityPoolId,
      loginArguments: [
        ...['--endpoint', daypass.url, '--region', region, '--pool', identityPoolId],
        ...['--issuer', provider.issuer, '--client-id', provider.commandLineClientId],
        ...['--provider-override', `${provider.key}=${openIdProvider.url}`],
      ],
      credentialsFile: join(data, 'credentials'),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
