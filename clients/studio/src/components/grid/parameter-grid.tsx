import { useState } from 'react';
import { useTranslate } from '../../i18n/index.js';
import { closeOverlay } from '../../state/overlay.js';
import { made, useMadeGrid } from '../../state/parameter-grid.js';
import { Button } from '../ui/button.js';
import { Panel } from '../ui/panel.js';
import { GridPlanForm } from './grid-plan-form.js';
import { MadeGridTable } from './made-grid-table.js';

/** The parameter grid: first what differs, then the videos in rows and columns. */
export default function ParameterGrid() {
  const t = useTranslate();
  const grid = useMadeGrid();
  const [planning, setPlanning] = useState(grid === null);
  const showing = grid !== null && !planning;
  return (
    <Panel
      title={t('grid.title')}
      close={t('grid.close')}
      shape={showing ? 'full' : 'centre'}
      onClose={closeOverlay}
      tools={
        showing && (
          <Button
            onClick={() => {
              setPlanning(true);
              made.set(null);
            }}
          >
            {t('grid.new')}
          </Button>
        )
      }
    >
      {showing ? <MadeGridTable grid={grid} /> : <GridPlanForm onMade={() => setPlanning(false)} />}
    </Panel>
  );
}
