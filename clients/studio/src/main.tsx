import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Provider } from 'urql';
import { App } from './app.js';
import { applyFilters } from './state/filters.js';
import { followQueue, watchForOthers } from './state/machine.js';
import { applyPreferences, preferences } from './state/preferences.js';
import { followAddress } from './state/route.js';
import { watchScrolling } from './state/scrolling.js';
import './styles/base.css';
import { client } from './transport/client.js';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root.');

applyPreferences(preferences.get());
preferences.subscribe(applyPreferences);
followAddress();
applyFilters();
watchForOthers();
watchScrolling();
void followQueue();

createRoot(root).render(
  <StrictMode>
    <Provider value={client}>
      <App />
    </Provider>
  </StrictMode>,
);
