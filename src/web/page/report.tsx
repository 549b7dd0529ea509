import { render } from 'preact';
import type { ReportData } from '../../operator/report/report-data.ts';
import { Report } from './report/report.tsx';
import './styles/report.css';

const place = document.getElementById('app');
const data = document.getElementById('data')?.textContent ?? '';
if (place) render(<Report {...(JSON.parse(data) as ReportData)} />, place);
