/** Makes the built page work without a network, and announces a new version. */
import type { Messages } from '../messages.ts'

/** Registers the service worker that `vite build` makes, with a manifest; the development server has neither. */
export async function workOffline(messages: Pick<Messages, 'warn'>): Promise<void> {
  // Missing in old browsers and on pages without https.
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined
  const isBuilt = document.querySelector('link[rel=manifest]') !== null
  if (!isBuilt || workers === undefined) return
  let registration
  try {
    registration = await workers.register(`${import.meta.env.BASE_URL}sw.js`)
  } catch {
    // The browser forbids it; the page then needs a network.
    return
  }
  const offer = (): void => {
    const { waiting } = registration
    // The first version replaces nothing.
    if (waiting === null || workers.controller === null) return
    messages.warn('A new version of engram is there.', {
      label: 'Reload',
      act() {
        workers.addEventListener('controllerchange', () => location.reload(), { once: true })
        waiting.postMessage({ type: 'SKIP_WAITING' })
      },
    })
  }
  offer()
  // A page that stays open for days checks when it becomes visible again.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) registration.update().catch(() => undefined)
  })
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', offer)
  })
}
