// The peer of `make bench-idp`: npm oidc-provider with its own in-memory store and its own development pages, which take any
// password. Same work as ours: a public client, PKCE, an ID token by ES256, sign-in and consent in every flow.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider';

const port = Number(process.env.PORT);
const redirect = process.env.REDIRECT;
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    { client_id: 'bench', token_endpoint_auth_method: 'none', redirect_uris: [redirect], response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token'], id_token_signed_response_alg: 'ES256' },
    { client_id: 'machine', client_secret: process.env.SECRET, token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: [], response_types: [], grant_types: ['client_credentials'], id_token_signed_response_alg: 'ES256' },
  ],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'bench', alg: 'ES256', use: 'sig' }] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  scopes: ['openid', 'offline_access'],
  features: { clientCredentials: { enabled: true }, introspection: { enabled: true }, devInteractions: { enabled: true } },
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
});
provider.listen(port, '127.0.0.1');
