// The npm libraries openid-client and oauth4webapi, as they are published, use the provider the way an integrator would: they are told
// its address and a client_id, everything else they find by discovery. The clients are made by `tamga idp client add`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import * as client from 'openid-client';
import * as oauth from 'oauth4webapi';
import { data, site, tamga } from '../playwright.config.js';

// The relying party's own site, where the browser ends each of its ways.
const party = createServer((request, answer) => answer.end('<!doctype html><title>Relying party</title>'));
let back;
let home;
const issuer = new URL(site.idp);
const insecure = { execute: [client.allowInsecureRequests] }; // the demo speaks plain HTTP
const plain = { [oauth.allowInsecureRequests]: true };

test.beforeAll(async () => {
  await new Promise((listening) => { party.listen(0, 'localhost', listening); });
  back = `http://localhost:${party.address().port}/oidc/callback`;
  home = `http://localhost:${party.address().port}/oidc/bye`;
});

test.afterAll(() => {
  party.closeAllConnections();
  party.close();
});

function command(...args) {
  return JSON.parse(execFileSync(tamga, ['idp', 'client', ...args], { env: { ...process.env, TAMGA_DATA: data } }).toString());
}

function add(...args) {
  return command('add', '--oidc', '--redirect', back, '--name', 'Библиотека openid-client', ...args);
}

async function signInHere(page) {
  await page.locator('#login').fill('+7 917 200-00-01');
  await page.locator('#password').fill('Tamga2026');
  await page.locator('#loginByPwdButton').click();
}

// signIn sends a browser to the address, signs Алия in when asked, agrees when asked, and returns where the browser was sent back to.
async function signIn(page, address) {
  const returned = page.waitForRequest((r) => r.url().startsWith(back));
  await page.goto(address);
  if (page.url().startsWith(`${site.idp}/login`)) await signInHere(page);
  const agree = page.locator('form[action="/oauth2/consent"] button');
  await Promise.race([agree.waitFor().then(() => agree.click()).catch(() => undefined), returned]);
  return new URL((await returned).url());
}

// codeFlow is authorization code + PKCE; without a state, as openid-client advises for servers that support PKCE.
async function codeFlow(page, config, parameters = {}, options = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const nonce = client.randomNonce();
  const request = { redirect_uri: back, scope: 'openid profile phone offline_access', nonce, ...parameters,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' };
  const address = options.push ? await client.buildAuthorizationUrlWithPAR(config, request, { DPoP: options.DPoP })
    : client.buildAuthorizationUrl(config, request);
  const answer = await signIn(page, address.href);
  expect(answer.searchParams.get('iss')).toBe(site.idp);
  return client.authorizationCodeGrant(config, answer, { pkceCodeVerifier: verifier, expectedNonce: nonce, idTokenExpected: true },
    undefined, { DPoP: options.DPoP });
}

test('openid-client: code with PKCE and no state, userinfo, refresh, introspection, revocation, logout', async ({ page }) => {
  const made = add('--auth', 'secret', '--post-logout', home, '--scopes', 'openid profile phone offline_access');
  const config = await client.discovery(issuer, made.client_id, made.client_secret,
    client.ClientSecretBasic(made.client_secret), insecure);
  expect(config.serverMetadata().supportsPKCE()).toBe(true);
  const tokens = await codeFlow(page, config);
  const claims = tokens.claims();
  expect(claims).toMatchObject({ iss: site.idp, aud: [made.client_id] });
  const person = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  expect(person).toMatchObject({ sub: claims.sub, given_name: 'Алия', phone_number: '+79172000001' });

  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token);
  expect(fresh.access_token).not.toBe(tokens.access_token);
  expect(fresh.refresh_token).not.toBe(tokens.refresh_token);
  expect(fresh.claims().sub).toBe(claims.sub);
  expect(await client.tokenIntrospection(config, fresh.access_token)).toMatchObject({ active: true, client_id: made.client_id, sub: claims.sub });
  await client.tokenRevocation(config, fresh.refresh_token);
  expect(await client.tokenIntrospection(config, fresh.access_token)).toEqual({ active: false });
  await expect(client.refreshTokenGrant(config, fresh.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant', status: 400 });
  await expect(client.fetchUserInfo(config, fresh.access_token, claims.sub)).rejects.toThrow(/WWW-Authenticate|unexpected/i);

  await page.goto(client.buildEndSessionUrl(config, { post_logout_redirect_uri: home, id_token_hint: tokens.id_token, state: 'bye' }).href);
  await expect(page).toHaveURL(`${home}?state=bye`);
  await page.goto(`${site.idp}/profile`);
  await expect(page.locator('h1')).toHaveText('Войдите, чтобы продолжить');
});

test('openid-client: a public client with DPoP and a pushed request', async ({ page }) => {
  const made = add('--auth', 'none', '--dpop', '--require-par', '--scopes', 'openid profile phone offline_access');
  expect(made.client_secret).toBeUndefined();
  const config = await client.discovery(issuer, made.client_id, undefined, client.None(), insecure);
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
  const tokens = await codeFlow(page, config, {}, { push: true, DPoP });
  expect(tokens.token_type).toBe('dpop');
  const person = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP });
  expect(person.family_name).toBe('Гарипова');
  await expect(client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)).rejects.toThrow(); // without the key it is worth nothing
  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
  expect(fresh.token_type).toBe('dpop');
  const other = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
  await expect(client.refreshTokenGrant(config, fresh.refresh_token, undefined, { DPoP: other })).rejects.toThrow();
});

test('openid-client registers itself', async ({ page }) => {
  const token = command('token', '--note', 'openid-client');
  const config = await client.dynamicClientRegistration(issuer, {
    client_name: 'Сама себя записала', redirect_uris: [back], scope: 'openid profile phone offline_access',
    grant_types: ['authorization_code', 'refresh_token'], token_endpoint_auth_method: 'client_secret_post',
  }, client.ClientSecretPost(), { ...insecure, initialAccessToken: token.initial_access_token ?? token.token });
  expect(config.clientMetadata().client_secret).toBeTruthy();
  const tokens = await codeFlow(page, config);
  expect(tokens.claims().sub).toBeTruthy();
});

test('openid-client: a television signs in by the device flow', async ({ page }) => {
  const made = add('--auth', 'none', '--type', 'native', '--grants', 'device_code', '--scopes', 'openid profile phone offline_access');
  const config = await client.discovery(issuer, made.client_id, undefined, client.None(), insecure);
  const device = await client.initiateDeviceAuthorization(config, { scope: 'openid profile' });
  const tokens = client.pollDeviceAuthorizationGrant(config, device);
  tokens.catch(() => undefined); // it is awaited below
  await page.goto(device.verification_uri);
  await page.locator('form[action="/device"] input[type=text]').fill(device.user_code.toLowerCase());
  await page.locator('form[action="/device"] button').click();
  await signInHere(page);
  // Whoever was signed in all along is shown the code; whoever signs in on the way types it again.
  await page.locator('form[action="/device/confirm"] input[type=text]').fill(device.user_code);
  await page.locator('form[action="/device/confirm"] button').first().click();
  expect((await tokens).claims().sub).toBeTruthy();
  expect((await client.fetchUserInfo(config, (await tokens).access_token, (await tokens).claims().sub)).family_name).toBe('Гарипова');
});

test('oauth4webapi: private_key_jwt, client_credentials, and a resource server that reads JWT access tokens', async () => {
  const keys = await oauth.generateKeyPair('ES256', { extractable: true });
  const folder = mkdtempSync(join(tmpdir(), 'oidc-client-'));
  let made;
  try {
    const jwk = await crypto.subtle.exportKey('jwk', keys.publicKey);
    writeFileSync(join(folder, 'jwks.json'), JSON.stringify({ keys: [{ ...jwk, kid: 'one', alg: 'ES256', use: 'sig' }] }));
    made = command('add', '--oidc', '--auth', 'private_key_jwt', '--jwks', join(folder, 'jwks.json'), '--jwt-tokens',
      '--grants', 'client_credentials', '--name', 'Служба без людей', '--redirect', back);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, plain));
  const me = { client_id: made.client_id };
  const auth = oauth.PrivateKeyJwt({ key: keys.privateKey, kid: 'one' });
  const answer = await oauth.clientCredentialsGrantRequest(as, me, auth, {}, plain);
  const token = await oauth.processClientCredentialsResponse(as, me, answer);
  const request = new Request('http://localhost:9/resource', { headers: { Authorization: `Bearer ${token.access_token}` } });
  const claims = await oauth.validateJwtAccessToken(as, request, site.idp, plain);
  expect(claims).toMatchObject({ iss: site.idp, client_id: made.client_id, sub: made.client_id });

  const stranger = oauth.PrivateKeyJwt({ key: (await oauth.generateKeyPair('ES256')).privateKey, kid: 'one' });
  const refused = await oauth.clientCredentialsGrantRequest(as, me, stranger, {}, plain);
  await expect(oauth.processClientCredentialsResponse(as, me, refused)).rejects.toMatchObject({
    code: oauth.WWW_AUTHENTICATE_CHALLENGE, response: { status: 401 },
  });
});

test('tamga idp client add --auth private_key_jwt without keys makes them', async () => {
  const made = add('--auth', 'private_key_jwt', '--grants', 'client_credentials');
  const { alg, kid, ...jwk } = made.private_jwk;
  expect(made.jwks.keys[0].d).toBeUndefined();
  const key = await crypto.subtle.importKey('jwk', { ...jwk, use: undefined }, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  const config = await client.discovery(issuer, made.client_id, undefined, client.PrivateKeyJwt({ key, kid }), insecure);
  expect((await client.clientCredentialsGrant(config)).access_token).toBeTruthy();
  expect(alg).toBe('ES256');
  expect(command('show', made.client_id).private_jwk).toBeUndefined(); // it is shown once and kept nowhere
});
