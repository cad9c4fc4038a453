// The page's own script: draws the plots, and does what the reader asks for. All figures come from the model.
import { keepCosts } from './costs.ts';
import { keepDrawn } from './drawing.ts';
import { readModel } from './model.ts';
import { keepTheme } from './theme.ts';

const model = readModel();
keepTheme();
keepDrawn(model);
keepCosts(model);
