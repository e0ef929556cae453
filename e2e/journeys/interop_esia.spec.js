// The npm library "esia", as it is published, signs Алия in: all that it is told is our address, a key and a certificate.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createVerify } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import esia from 'esia';
import { data, site, tamga } from '../playwright.config.js';

const back = 'http://localhost:9/esia/callback'; // nobody listens there: the browser shows us the address all the same
const mnemonic = 'NPM_ESIA';
let folder;

test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'esia-client-'));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=npm esia',
    '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')], { stdio: 'ignore' });
  const made = execFileSync(tamga, ['idp', 'client', 'add', '--esia', '--mnemonic', mnemonic, '--name', 'Библиотека npm esia',
    '--cert', join(folder, 'cert.pem'), '--redirect', back, '--scopes', 'openid fullname birthdate id_doc contacts'],
  { env: { ...process.env, TAMGA_DATA: data } });
  expect(JSON.parse(made.toString()).mnemonic).toBe(mnemonic);
});

test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('npm esia signs in, unmodified', async ({ page, request }) => {
  const client = esia({
    esiaUrl: site.idp, clientId: mnemonic, redirectUri: back, scope: 'openid fullname birthdate id_doc contacts',
    certificate: readFileSync(join(folder, 'cert.pem'), 'utf8'), key: readFileSync(join(folder, 'key.pem'), 'utf8'),
  });
  const { url, params } = client.getAuth();
  await page.goto(url);
  expect(new URL(page.url()).pathname).toBe('/login');
  await page.locator('#login').fill('+7 917 200-00-01');
  await page.locator('#password').fill('Tamga2026');
  const returned = page.waitForRequest((r) => r.url().startsWith(back));
  await page.locator('#loginByPwdButton').click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Библиотека npm esia');
  await page.locator('#grantAuthorization').click();
  const answer = new URL((await returned).url()).searchParams;
  expect(answer.get('state')).toBe(params.state);

  const { marker, data: found } = await client.getAccess(answer.get('code'), ['/', '/ctts', '/docs?embed=(elements)']);
  expect(marker.response.expires_in).toBe(3600);
  expect(marker.response.refresh_token).toBeTruthy();
  expect(marker.decodedAccessToken['urn:esia:sbj_id']).toBe(999999001);
  expect(marker.decodedAccessToken.scope).toContain('fullname?oid=999999001');
  const [person, contacts, documents] = found;
  expect(person).toMatchObject({ lastName: 'Гарипова', firstName: 'Алия', birthDate: '12.04.1998', trusted: false });
  expect(person.snils).toBeUndefined();
  expect(contacts.elements[0]).toMatch(new RegExp(`^${site.idp}/rs/prns/999999001/ctts/\\d+$`));
  expect(documents.elements[0]).toMatchObject({ type: 'RF_PASSPORT', series: '9218', number: '120001', vrfStu: 'VERIFIED' });

  const [head, body, signature] = marker.response.access_token.split('.');
  const key = await (await request.get(`${site.idp}/public/RSA_TAMGA_KEY.pem`)).text();
  expect(createVerify('RSA-SHA256').update(`${head}.${body}`).verify(key, Buffer.from(signature, 'base64url'))).toBe(true);

  const again = await client.getAccess(answer.get('code'), null).then(() => 'tokens', (error) => error.message);
  expect(again).toContain('ESIA-007011'); // a code is good once
});

test('a technologist sees how the library signed', async ({ page }) => {
  await page.goto(`${site.idp}/login`);
  await page.locator('#login').fill('+7 917 200-00-02');
  await page.locator('#password').fill('Tamga2026');
  await page.locator('#loginByPwdButton').click();
  await page.goto(`${site.idp}/console/tech/${mnemonic}`);
  await expect(page.getByText('Принята: cms-attached v1').first()).toBeVisible();
});
