import { render } from 'preact';
import { enter } from './api.ts';
import { App } from './app.tsx';
import { listenToKeys } from './shell/keys.ts';
import './styles/page.css';

listenToKeys();
const place = document.getElementById('app');
// An address that was used already is told by the first thing that the page asks for.
await enter().catch(() => undefined);
if (place) render(<App />, place);
