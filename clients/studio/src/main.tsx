import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Provider } from 'urql';
import { App } from './app.js';
import { LanguageProvider, preferredLanguage } from './i18n/index.js';
import './styles/base.css';
import { client } from './transport/client.js';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root.');

createRoot(root).render(
  <StrictMode>
    <Provider value={client}>
      <LanguageProvider language={preferredLanguage()}>
        <App />
      </LanguageProvider>
    </Provider>
  </StrictMode>,
);
