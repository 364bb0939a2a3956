/** Lets the built page work without a network, and tells of a new version. */
import type { Messages } from '../messages.ts'

/** Registers the service worker that `vite build` makes, with a manifest; the development server has neither. */
export async function workOffline(messages: Pick<Messages, 'warn'>): Promise<void> {
  // Pages without https have none, and old browsers.
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined
  const isBuilt = document.querySelector('link[rel=manifest]') !== null
  if (!isBuilt || workers === undefined) return
  let registration
  try {
    registration = await workers.register(`${import.meta.env.BASE_URL}sw.js`)
  } catch {
    // Forbidden by the browser: the page needs a network then.
    return
  }
  const offer = (): void => {
    const { waiting } = registration
    // The first version has nothing to take the place of.
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
  // A page that stays open for days asks when its reader comes back.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) registration.update().catch(() => undefined)
  })
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', offer)
  })
}
