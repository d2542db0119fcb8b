import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.mjs';

const { coordinates, mapLink, nameOfPlace, placeIn, written } = await import('../../static/js/core/place.js');
const clinic = { latitude: 6.9270786, longitude: 79.861244, label: 'Lotus Pond, gate 2' };

test('what is written is what is read', () => {
  assert.equal(written(clinic), '6.927079,79.861244 Lotus Pond, gate 2');
  assert.deepEqual(placeIn(written(clinic)), { ...clinic, latitude: 6.927079 });
  assert.deepEqual(placeIn('-33.9, 18.4'), { latitude: -33.9, longitude: 18.4, label: null });
});

test('an address, a price and a point off the globe are no coordinates', () => {
  for (const words of ['12 Galle Road, Colombo', '1,200 rupees', '91,10', '10,181', '']) assert.equal(placeIn(words), null, words);
});

test('a list names a place without its figures', () => {
  assert.equal(nameOfPlace(written(clinic)), 'Lotus Pond, gate 2');
  assert.equal(nameOfPlace('6.9,79.8'), '');
  assert.equal(nameOfPlace('{"latitude":6.9}'), '');
  assert.equal(nameOfPlace('12 Galle Road'), '12 Galle Road');
});

test('links lead to the map of the device, and carry nothing unescaped', () => {
  assert.equal(mapLink(clinic, '', true), 'geo:6.9270786,79.861244?q=6.9270786,79.861244(Lotus%20Pond%2C%20gate%202)');
  assert.match(mapLink(clinic, '', false), /^https:\/\/www\.openstreetmap\.org\/\?mlat=6\.9270786&mlon=79\.861244#map=17\//u);
  assert.equal(mapLink(null, ' a&b#c ', false), 'https://www.openstreetmap.org/search?query=a%26b%23c');
  assert.equal(mapLink(null, 'Galle Road', true), 'geo:0,0?q=Galle%20Road');
  assert.equal(coordinates(clinic), '6.92708, 79.86124');
});
