// The service worker: the app's own files from the cache of one version, everything else from the network.
//
// The server replaces VERSION by a fingerprint of all embedded files. Where nothing replaces it (a developer's machine), files
// come from the network first, so that nobody ever looks at yesterday's code.

const VERSION = '@@VERSION@@';
const CACHE = `shell-${VERSION}`;
const IS_RELEASE = !VERSION.startsWith('@@');

/** Needed to start without a network. Fonts of a language and later screens join when they are first used. A test keeps the list. */
const SHELL = [
  '/index.html',
  '/manifest.webmanifest',
  '/fonts/inter.woff2',
  '/css/audit.css',
  '/css/base.css',
  '/css/calls.css',
  '/css/care.css',
  '/css/components.css',
  '/css/conversation.css',
  '/css/figures.css',
  '/css/files.css',
  '/css/groups.css',
  '/css/layout.css',
  '/css/people.css',
  '/css/reviews.css',
  '/css/screens.css',
  '/css/search.css',
  '/css/talk.css',
  '/css/tokens.css',
  '/css/voice.css',
  '/js/core/access.js',
  '/js/core/addresses.js',
  '/js/core/amend.js',
  '/js/core/announce.js',
  '/js/core/api.js',
  '/js/core/appearance.js',
  '/js/core/appointment-rules.js',
  '/js/core/appointments.js',
  '/js/core/attention.js',
  '/js/core/audit.js',
  '/js/core/availability.js',
  '/js/core/blobs.js',
  '/js/core/calendar-file.js',
  '/js/core/call-list.js',
  '/js/core/call-text.js',
  '/js/core/call.js',
  '/js/core/calls.js',
  '/js/core/clinic.js',
  '/js/core/dates.js',
  '/js/core/device.js',
  '/js/core/directory.js',
  '/js/core/documents.js',
  '/js/core/drafts.js',
  '/js/core/files.js',
  '/js/core/filters.js',
  '/js/core/find.js',
  '/js/core/forward.js',
  '/js/core/group-picture.js',
  '/js/core/groups.js',
  '/js/core/highlight.js',
  '/js/core/http.js',
  '/js/core/i18n.js',
  '/js/core/jump.js',
  '/js/core/large-group.js',
  '/js/core/later.js',
  '/js/core/line.js',
  '/js/core/list-view.js',
  '/js/core/live.js',
  '/js/core/media.js',
  '/js/core/merge.js',
  '/js/core/notify.js',
  '/js/core/outbox.js',
  '/js/core/passwords.js',
  '/js/core/peer.js',
  '/js/core/place.js',
  '/js/core/player.js',
  '/js/core/quality.js',
  '/js/core/reactions.js',
  '/js/core/receipts.js',
  '/js/core/recorder.js',
  '/js/core/removed.js',
  '/js/core/reviews.js',
  '/js/core/ringing.js',
  '/js/core/router.js',
  '/js/core/rows.js',
  '/js/core/sending.js',
  '/js/core/session.js',
  '/js/core/shared-files.js',
  '/js/core/shelf.js',
  '/js/core/socket.js',
  '/js/core/sound.js',
  '/js/core/statistics.js',
  '/js/core/store.js',
  '/js/core/system.js',
  '/js/core/text.js',
  '/js/core/timeline.js',
  '/js/core/title.js',
  '/js/core/tray.js',
  '/js/core/typing.js',
  '/js/core/uploads.js',
  '/js/core/urgent.js',
  '/js/core/viewed.js',
  '/js/core/waves.js',
  '/js/core/zoom.js',
  '/js/main.js',
  '/js/screens/access.js',
  '/js/screens/admin-approvals.js',
  '/js/screens/admin-devices.js',
  '/js/screens/admin-documents.js',
  '/js/screens/admin-infected.js',
  '/js/screens/admin-people.js',
  '/js/screens/admin-reject.js',
  '/js/screens/admin-reset.js',
  '/js/screens/admin-reviews.js',
  '/js/screens/admin-role.js',
  '/js/screens/admin.js',
  '/js/screens/appointments.js',
  '/js/screens/audit-check.js',
  '/js/screens/audit.js',
  '/js/screens/calls.js',
  '/js/screens/chats.js',
  '/js/screens/connect.js',
  '/js/screens/conversation.js',
  '/js/screens/forgot.js',
  '/js/screens/login.js',
  '/js/screens/people.js',
  '/js/screens/profile.js',
  '/js/screens/register.js',
  '/js/screens/settings-availability.js',
  '/js/screens/settings-choice.js',
  '/js/screens/settings-dialogs.js',
  '/js/screens/settings-notify.js',
  '/js/screens/settings-sessions.js',
  '/js/screens/settings.js',
  '/js/screens/setup.js',
  '/js/screens/statistics.js',
  '/js/screens/waiting.js',
  '/js/ui/appointment-card.js',
  '/js/ui/appointment-dialogs.js',
  '/js/ui/appointment-form.js',
  '/js/ui/appointment-host.js',
  '/js/ui/appointment-look.js',
  '/js/ui/art.js',
  '/js/ui/attachment.js',
  '/js/ui/audio-player.js',
  '/js/ui/avatar.js',
  '/js/ui/banner.js',
  '/js/ui/bubble.js',
  '/js/ui/call-bar.js',
  '/js/ui/call-buttons.js',
  '/js/ui/call-controls.js',
  '/js/ui/call-devices.js',
  '/js/ui/call-ended.js',
  '/js/ui/call-help.js',
  '/js/ui/call-host.js',
  '/js/ui/call-incoming.js',
  '/js/ui/call-layer.js',
  '/js/ui/call-note.js',
  '/js/ui/call-screen.js',
  '/js/ui/call-view.js',
  '/js/ui/clipboard.js',
  '/js/ui/composer-more.js',
  '/js/ui/composer.js',
  '/js/ui/conversation-avatar.js',
  '/js/ui/conversation-find.js',
  '/js/ui/conversation-list.js',
  '/js/ui/conversation-row.js',
  '/js/ui/day-bars.js',
  '/js/ui/details.js',
  '/js/ui/dialog.js',
  '/js/ui/directory-filters.js',
  '/js/ui/documents.js',
  '/js/ui/drop.js',
  '/js/ui/field.js',
  '/js/ui/files-pane.js',
  '/js/ui/find-filters.js',
  '/js/ui/focus.js',
  '/js/ui/form.js',
  '/js/ui/forward-dialog.js',
  '/js/ui/gate.js',
  '/js/ui/glimpse.js',
  '/js/ui/group-dialogs.js',
  '/js/ui/group-look.js',
  '/js/ui/group-members.js',
  '/js/ui/hits.js',
  '/js/ui/icon.js',
  '/js/ui/large-group.js',
  '/js/ui/later-dialog.js',
  '/js/ui/later-files.js',
  '/js/ui/later-strip.js',
  '/js/ui/layers.js',
  '/js/ui/list-search.js',
  '/js/ui/menu.js',
  '/js/ui/message-actions.js',
  '/js/ui/message-info.js',
  '/js/ui/message-list.js',
  '/js/ui/new-conversation.js',
  '/js/ui/new-group.js',
  '/js/ui/people-list.js',
  '/js/ui/person-facts.js',
  '/js/ui/person.js',
  '/js/ui/pick-people.js',
  '/js/ui/place-dialog.js',
  '/js/ui/place.js',
  '/js/ui/rail.js',
  '/js/ui/review-dialogs.js',
  '/js/ui/review-news.js',
  '/js/ui/reviews.js',
  '/js/ui/row-actions.js',
  '/js/ui/rows.js',
  '/js/ui/safety.js',
  '/js/ui/stars.js',
  '/js/ui/states.js',
  '/js/ui/switcher.js',
  '/js/ui/thread-focus.js',
  '/js/ui/thread-reading.js',
  '/js/ui/thread-scroll.js',
  '/js/ui/ticks.js',
  '/js/ui/toast.js',
  '/js/ui/tray.js',
  '/js/ui/typing-line.js',
  '/js/ui/urgent-alert.js',
  '/js/ui/urgent.js',
  '/js/ui/viewer.js',
  '/js/ui/voice-recorder.js',
  '/js/ui/walk.js',
  '/js/ui/write-button.js',
  '/js/update.js',
  '/vendor/preact.js',
  '/vendor/socket.io.js',
  '/vendor/virtual.js',
  '/i18n/en.json',
  '/i18n/si.json',
  '/i18n/ta.json',
  '/icons/group.svg',
  '/icons/icon.svg',
  '/icons/sprite.svg',
];

const OURS = /^\/(css|js|vendor|fonts|icons|i18n)\/|^\/(manifest\.webmanifest|index\.html)$/u;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(SHELL.map((path) => new Request(path, { cache: 'no-cache' })))),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

// A new version waits until the person says so, or until the last tab is closed: two versions never share a page.
self.addEventListener('message', (event) => {
  if (event.data === 'take over') self.skipWaiting();
});

// A notification says only that something urgent waits or somebody calls; what and who it is, the app knows.
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data));
});

async function show(message) {
  const [open] = await self.clients.matchAll({ type: 'window' });
  if (!open) return self.clients.openWindow(`/chats/${message.conversationId}`);
  open.postMessage({ show: message });
  return open.focus();
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(url));
  else if (OURS.test(url.pathname)) event.respondWith(IS_RELEASE ? cacheFirst(request) : networkFirst(request));
  // /api, /socket.io and /uploads are never touched.
});

/** The page itself: of this version, like everything that it loads. While the app is being made, fresh when there is a network. */
async function page(url) {
  if (/^\/(api|uploads|api-docs|health|metrics)\b/u.test(url.pathname)) return fetch(url);
  if (IS_RELEASE) return cacheFirst(new Request('/index.html', { cache: 'no-cache' }));
  try {
    return await fetch('/index.html', { cache: 'no-cache' });
  } catch {
    return (await caches.match('/index.html')) ?? Response.error();
  }
}

async function cacheFirst(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) ?? keep(cache, request, await fetch(request));
}

async function networkFirst(request) {
  const cache = await caches.open(CACHE);
  try {
    return await keep(cache, request, await fetch(request));
  } catch {
    return (await cache.match(request)) ?? Response.error();
  }
}

async function keep(cache, request, response) {
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
