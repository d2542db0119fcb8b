// The app's files are modules although no package.json beside them says so: what stands in static/ is served as it is.
// Node before 22 wants to be told.
import { register } from 'node:module';

const hook = `
export function load(url, context, next) {
  const ours = url.includes('/static/') && url.endsWith('.js');
  return next(url, ours ? { ...context, format: 'module' } : context);
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
