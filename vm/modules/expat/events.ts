/** What a document consists of, as it is read: Expat's handlers. Each says whether somebody has taken it; what nobody takes is told as it was written. */
export interface XmlEvents {
  xmlDeclaration(version: string | null, encoding: string | null, standalone: number): boolean;
  /** Names of attributes, each followed by its value; the first `specified` of them stand in the document, the others are defaults. */
  startElement(name: string, attributes: readonly string[], specified: number): boolean;
  endElement(name: string): boolean;
  characters(text: string): boolean;
  comment(text: string): boolean;
  processingInstruction(target: string, data: string): boolean;
  startCdata(): boolean;
  endCdata(): boolean;
  startDoctype(name: string, systemId: string | null, publicId: string | null, hasSubset: boolean): boolean;
  endDoctype(): boolean;
  startNamespace(prefix: string | null, uri: string | null): void;
  endNamespace(prefix: string | null): void;
  entity(declaration: EntityDeclaration): boolean;
  notation(name: string, systemId: string | null, publicId: string | null): boolean;
  element(name: string, model: ContentModel): boolean;
  attribute(element: string, name: string, type: string, fallback: string | null, required: boolean): boolean;
  /** False where the reference is to be an error of its handler's. */
  externalEntity(name: string, systemId: string | null, publicId: string | null): 'taken' | 'untaken' | 'failed';
  skippedEntity(name: string): boolean;
  /** What was written and nobody took. */
  untaken(text: string): void;
  /** Whether references to entities of the document itself are told of rather than replaced. */
  readonly keepsReferences: boolean;
}

export interface EntityDeclaration {
  readonly name: string;
  readonly isParameter: boolean;
  /** Its replacement, undefined for what lies elsewhere. */
  readonly value: string | undefined;
  readonly systemId: string | null;
  readonly publicId: string | null;
  readonly notation: string | null;
}

/** What may stand in an element: Expat's numbers for kind and quantity. */
export interface ContentModel {
  readonly kind: number;
  readonly quantity: number;
  readonly name: string | null;
  readonly children: readonly ContentModel[];
}
