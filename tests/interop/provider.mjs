// A real OpenID Connect provider on loopback, by oidc-provider. A command a line on standard
// input, an answer a line on standard output, both JSON:
//
//   {"do": "start", "algs": ["ES256"]}   {"issuer": "http://127.0.0.1:8000"}
//   {"do": "token", "alg": "ES256"}      {"token": "…"}, as an application gets one
//   {"do": "rotate", "keep": true}       {}: new keys sign; the old ones stay published, if kept

import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'

// Its warnings, the first of which come when it is loaded, must not stand among the answers.
console.info = console.warn = console.log = () => {}
const { default: Provider } = await import('oidc-provider')

const RESOURCE = 'https://chat.example'
const CLIENT = { client_id: 'backend', client_secret: 'a secret of the backend, 32 bytes long' }

const KEYS = {
  RS256: ['rsa', { modulusLength: 2048 }],
  PS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  ES384: ['ec', { namedCurve: 'P-384' }],
  ES512: ['ec', { namedCurve: 'P-521' }],
  EdDSA: ['ed25519', {}],
}

let issuer
let algs = []
let generation = 0
let published = []
let handle

function makeKeys() {
  generation += 1
  return algs.map((alg) => {
    const { privateKey } = generateKeyPairSync(...KEYS[alg])
    return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `${alg}-${generation}` }
  })
}

// The provider takes its keys when it is made: other keys are another one at the same address.
// Of several keys for an algorithm, the first signs.
function serve(keys) {
  published = keys
  const provider = new Provider(issuer, {
    jwks: { keys },
    clients: [{
      ...CLIENT,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: algs[0],
    }],
    enabledJWA: { idTokenSigningAlgValues: algs },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (ctx) => ({
          scope: '',
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: ctx.req.headers['x-alg'] } },
        }),
      },
    },
  })
  handle = provider.callback()
}

const server = createServer((request, response) => handle(request, response))

async function start(command) {
  algs = command.algs
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${server.address().port}`
  serve(makeKeys())
  return { issuer }
}

async function token({ alg }) {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { 'x-alg': alg },
    body: new URLSearchParams({ ...CLIENT, grant_type: 'client_credentials', resource: RESOURCE }),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(JSON.stringify(answer))
  return { token: answer.access_token }
}

function rotate({ keep }) {
  serve([...makeKeys(), ...(keep ? published : [])])
  return {}
}

const commands = { start, token, rotate }

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line)
  let answer
  try {
    answer = await commands[command.do](command)
  } catch (error) {
    answer = { error: `${error.name}: ${error.message}` }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
server.close()
server.closeAllConnections()
