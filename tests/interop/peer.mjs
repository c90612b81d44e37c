// Runs commands with jose. The commands and answers are those of peer.py.

import { createInterface } from 'node:readline'
import { SignJWT, base64url, importPKCS8, importSPKI, jwtVerify } from 'jose'

const secretOf = (key) => key.secret !== undefined && base64url.decode(key.secret)

async function sign({ alg, key, claims, header }) {
  const signingKey = secretOf(key) || (await importPKCS8(key.pem, alg))
  return { token: await new SignJWT(claims).setProtectedHeader({ ...header, alg }).sign(signingKey) }
}

async function verify({ alg, key, token }) {
  const verifyingKey = secretOf(key) || (await importSPKI(key.pem, alg))
  return { claims: (await jwtVerify(token, verifyingKey, { algorithms: [alg] })).payload }
}

const commands = { sign, verify }

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
