/** A folder as a plain web server shows it. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import type { Served } from './browser.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
}

/**
 * @param folder - asked at every request: another build may take its place
 * @param headers - of every answer
 * @param base - the folder of the server in which it is, with a slash at both ends
 */
export async function serveFolder(
  folder: () => string,
  headers: Readonly<Record<string, string>> = {},
  base = '/',
): Promise<Served> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const name = normalize(`/${decodeURIComponent(pathname.slice(base.length))}`).replace(
      /\/$/,
      '/index.html',
    )
    const file = join(folder(), name)
    const found = stat(file).then((one) => pathname.startsWith(base) && one.isFile())
    found.then(
      (isThere) => {
        if (!isThere) {
          response.writeHead(404).end()
          return
        }
        response.writeHead(200, {
          'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
          'cache-control': 'no-cache',
          ...headers,
        })
        createReadStream(file).pipe(response)
      },
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}
