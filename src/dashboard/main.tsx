import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import { connect } from './data/live.js';
import { App } from './shell/app.js';
import './style.css';
import './shell/shell.css';
import './parts/parts.css';
import './parts/pictures.css';

render(<App />, document.getElementById('app')!);
void connect();
