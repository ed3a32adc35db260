import type { ASTVisitor, ValidationContext, ValidationRule } from 'graphql';
import { fragmentsOf, Measure } from './fragments.js';
import { operationLimits } from './limits.js';
import { tooComplex } from './refusal.js';

/** Rules about the form of a document, which hold whatever its variables are. */
export const shapeRules: readonly ValidationRule[] = [limitDepth, limitAliases, limitRootFields];

/**
 * Fields on the longest path. Introspection is free here: graphql's own MaxIntrospectionDepthRule keeps its lists from nesting.
 */
function limitDepth(context: ValidationContext): ASTVisitor {
  const depth = new Measure(fragmentsOf(context.getDocument()), {
    field: (field, below) => (field.name.value.startsWith('__') ? 0 : 1 + below),
    together: (depths) => Math.max(0, ...depths),
  });
  return {
    OperationDefinition({ selectionSet }) {
      const deepest = depth.of(selectionSet);
      if (deepest <= operationLimits.depth) return;
      context.reportError(tooComplex(`The operation is nested ${deepest} deep; ${operationLimits.depth} are allowed.`));
    },
  };
}

function limitAliases(context: ValidationContext): ASTVisitor {
  let aliases = 0;
  return {
    Field(node) {
      if (!node.alias) return;
      aliases += 1;
      if (aliases !== operationLimits.aliases + 1) return;
      context.reportError(tooComplex(`The operation has more than ${operationLimits.aliases} aliases.`));
    },
  };
}

function limitRootFields(context: ValidationContext): ASTVisitor {
  const count = new Measure(fragmentsOf(context.getDocument()), {
    field: () => 1,
    together: (counts) => counts.reduce((sum, one) => sum + one, 0),
  });
  return {
    OperationDefinition({ selectionSet }) {
      const fields = count.of(selectionSet);
      if (fields <= operationLimits.rootFields) return;
      const message = `The operation has ${fields} fields at its root; ${operationLimits.rootFields} are allowed.`;
      context.reportError(tooComplex(message));
    },
  };
}
