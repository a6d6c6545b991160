import { createSource } from '../../src/capture/index.js';
import { read } from '../fixtures/collect.js';

// A program that watches a camera and is killed by its test: says so once pictures come.
const [location, segmentsFolder = null] = process.argv.slice(2);
const reading = read(
  createSource({ cameraId: 'live', location: location!, fps: 5, stallTimeoutMs: 4000, segmentsFolder }),
);
const timer = setInterval(() => {
  if (reading.pyramids.length === 0) return;
  clearInterval(timer);
  console.log('watching');
}, 50);
