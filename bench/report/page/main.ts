// The script of the page: draws the plots, and handles the inputs of the reader. All figures come from the model.
import { keepCosts } from './costs.ts';
import { keepDrawn } from './drawing.ts';
import { readModel } from './model.ts';
import { keepTheme } from './theme.ts';

const model = readModel();
keepTheme();
keepDrawn(model);
keepCosts(model);
