// The service worker makes the next visit start at once, also without a network. A new version waits for a word.

import { effect } from '../vendor/preact.js';
import { inCall } from './core/calls.js';
import { t } from './core/i18n.js';
import { toast } from './ui/toast.js';

/** @returns {string} the only script address that Trusted Types lets through */
function trusted() {
  const types = /** @type {any} */ (window).trustedTypes;
  if (!types) return '/sw.js';
  return types.createPolicy('mommycare-worker', { createScriptURL: () => '/sw.js' }).createScriptURL('');
}

export async function startWorker() {
  // Missing on plain http, where the app works without it.
  if (!('serviceWorker' in navigator)) return;
  const workers = navigator.serviceWorker;
  const isUpdate = Boolean(workers.controller);
  let reloading = false;
  workers.addEventListener('controllerchange', () => {
    if (!isUpdate || reloading) return;
    reloading = true;
    // Another tab may have asked for it while two are talking in this one.
    effect(() => {
      if (!inCall.value) location.reload();
    });
  });
  try {
    const registration = await workers.register(trusted());
    const offer = () => {
      const next = registration.waiting;
      if (next && workers.controller) toast(t('update.ready'), { label: t('update.use'), run: () => next.postMessage('take over') });
    };
    offer();
    registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', offer));
  } catch {
    // Refused by the browser's settings; nothing is lost but speed.
  }
}
