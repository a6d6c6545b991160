import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import { App } from './components/app.js';
import { connect } from './live.js';
import './style.css';

render(<App />, document.getElementById('app')!);
void connect();
