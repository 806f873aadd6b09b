import { vm } from '../../interpreter/state.ts';
import { pythonException } from '../../interpreter/unwind.ts';
import { PyBytes } from '../../objects/bytes.ts';
import { defineModule, defineType, type ModuleDefinition } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import {
  exceptionTypeRoot,
  newException,
  type PyBaseException,
  typeError,
  valueError,
} from '../../objects/exception.ts';
import { PyList } from '../../objects/list.ts';
import { newType, PyObject, type Slot, typeOf, type Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { callMethod, setAttribute } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { isTrue } from '../../operations/truth.ts';
import { bytesOf } from '../io/base.ts';
import { XmlDecoder } from './decoder.ts';
import { expatErrors, Problem, XmlProblem } from './errors.ts';
import type { ContentModel, EntityDeclaration, XmlEvents } from './events.ts';
import { type NamespaceOptions, XmlParser } from './parser.ts';

const errorType = defineType(newType('xml.parsers.expat.ExpatError', exceptionTypeRoot), {
  module: 'xml.parsers.expat',
});
const parserType = newType('pyexpat.xmlparser');

const handlerNames = [
  'StartElementHandler',
  'EndElementHandler',
  'ProcessingInstructionHandler',
  'CharacterDataHandler',
  'UnparsedEntityDeclHandler',
  'NotationDeclHandler',
  'StartNamespaceDeclHandler',
  'EndNamespaceDeclHandler',
  'CommentHandler',
  'StartCdataSectionHandler',
  'EndCdataSectionHandler',
  'DefaultHandler',
  'DefaultHandlerExpand',
  'NotStandaloneHandler',
  'ExternalEntityRefHandler',
  'StartDoctypeDeclHandler',
  'EndDoctypeDeclHandler',
  'EntityDeclHandler',
  'XmlDeclHandler',
  'ElementDeclHandler',
  'AttlistDeclHandler',
  'SkippedEntityHandler',
] as const;
type HandlerName = (typeof handlerNames)[number];

const DEFAULT_BUFFER_SIZE = 8192;

const textOf = (code: number): string | undefined => expatErrors.find(([each]) => each === code)?.[2];

/** A parser: its handlers get what XmlParser reads. */
class PyXmlParser extends PyObject implements XmlEvents {
  readonly handlers: Partial<Record<HandlerName, Value>> = {};
  readonly namespaces: NamespaceOptions;
  readonly parser: XmlParser;
  readonly decoder: XmlDecoder;
  intern: Value = new PyDict();
  base: Value = null;
  bufferSize = DEFAULT_BUFFER_SIZE;
  buffersText = false;
  private buffer = '';
  orderedAttributes = false;
  specifiedAttributes = false;
  reparseDeferral = true;
  problem = 0;
  finished = false;

  constructor(encoding: string | undefined, separator: string | undefined) {
    super(parserType);
    this.namespaces = { separator, keepsPrefixes: false };
    this.parser = new XmlParser(this, this.namespaces);
    this.decoder = new XmlDecoder(encoding);
  }

  /** Calls a handler; false when there is none. What text waits goes first. */
  private tell(name: HandlerName, ...args: Value[]): boolean {
    const handler = this.handlers[name];
    if (handler === undefined) return false;
    this.flushText();
    call(handler, ...args);
    return true;
  }

  flushText(): void {
    if (this.buffer === '') return;
    const text = this.buffer;
    this.buffer = '';
    const handler = this.handlers.CharacterDataHandler;
    if (handler !== undefined) call(handler, text);
  }

  get waiting(): number {
    return this.buffer.length;
  }

  get keepsReferences(): boolean {
    return this.handlers.DefaultHandler !== undefined && this.handlers.DefaultHandlerExpand === undefined;
  }

  xmlDeclaration(version: string | null, encoding: string | null, standalone: number): boolean {
    return this.tell('XmlDeclHandler', version, encoding, standalone);
  }

  startElement(name: string, attributes: readonly string[], specified: number): boolean {
    const shown = this.specifiedAttributes ? attributes.slice(0, specified) : attributes;
    if (this.handlers.StartElementHandler === undefined) return false;
    if (this.orderedAttributes) return this.tell('StartElementHandler', name, new PyList([...shown]));
    const dict = new PyDict();
    for (let i = 0; i < shown.length; i += 2) dict.setString(shown[i], shown[i + 1]);
    return this.tell('StartElementHandler', name, dict);
  }

  endElement(name: string): boolean {
    return this.tell('EndElementHandler', name);
  }

  characters(text: string): boolean {
    if (this.handlers.CharacterDataHandler === undefined) return false;
    if (!this.buffersText) return this.tell('CharacterDataHandler', text);
    if (this.buffer.length + text.length > this.bufferSize) this.flushText();
    if (text.length > this.bufferSize) return this.tell('CharacterDataHandler', text);
    this.buffer += text;
    return true;
  }

  comment(text: string): boolean {
    return this.tell('CommentHandler', text);
  }

  processingInstruction(target: string, data: string): boolean {
    return this.tell('ProcessingInstructionHandler', target, data);
  }

  startCdata(): boolean {
    return this.tell('StartCdataSectionHandler');
  }

  endCdata(): boolean {
    return this.tell('EndCdataSectionHandler');
  }

  startDoctype(name: string, systemId: string | null, publicId: string | null, hasSubset: boolean): boolean {
    return this.tell('StartDoctypeDeclHandler', name, systemId, publicId, hasSubset ? 1 : 0);
  }

  endDoctype(): boolean {
    return this.tell('EndDoctypeDeclHandler');
  }

  startNamespace(prefix: string | null, uri: string | null): void {
    this.tell('StartNamespaceDeclHandler', prefix, uri);
  }

  endNamespace(prefix: string | null): void {
    this.tell('EndNamespaceDeclHandler', prefix);
  }

  entity({ name, isParameter, value, systemId, publicId, notation }: EntityDeclaration): boolean {
    if (notation !== null && this.handlers.UnparsedEntityDeclHandler !== undefined) {
      return this.tell('UnparsedEntityDeclHandler', name, this.base, systemId, publicId, notation);
    }
    const text = value ?? null;
    return this.tell('EntityDeclHandler', name, isParameter ? 1 : 0, text, this.base, systemId, publicId, notation);
  }

  notation(name: string, systemId: string | null, publicId: string | null): boolean {
    return this.tell('NotationDeclHandler', name, this.base, systemId, publicId);
  }

  element(name: string, model: ContentModel): boolean {
    return this.tell('ElementDeclHandler', name, modelValue(model));
  }

  attribute(element: string, name: string, type: string, fallback: string | null, required: boolean): boolean {
    return this.tell('AttlistDeclHandler', element, name, type, fallback, required ? 1 : 0);
  }

  externalEntity(name: string, systemId: string | null, publicId: string | null): 'taken' | 'untaken' | 'failed' {
    const handler = this.handlers.ExternalEntityRefHandler;
    if (handler === undefined) return 'untaken';
    this.flushText();
    const answer = call(handler, name, this.base, systemId, publicId);
    return Number(index(answer)) === 0 ? 'failed' : 'taken';
  }

  skippedEntity(name: string): boolean {
    return this.tell('SkippedEntityHandler', name, 0);
  }

  untaken(text: string): void {
    if (!this.tell('DefaultHandlerExpand', text)) this.tell('DefaultHandler', text);
  }
}

const modelValue = ({ kind, quantity, name, children }: ContentModel): Value =>
  tupleOf([kind, quantity, name, tupleOf(children.map(modelValue))]);

/** Parse(): reads a piece; 1 when all is well. */
function parse(self: PyXmlParser, data: Value, final: boolean): Value {
  if (self.finished) throw expatError(self, Problem.FINISHED);
  const given = stringOf(data);
  try {
    const text = given ?? self.decoder.decode(bytesOf(data), final);
    const broken = given === undefined && self.decoder.broken;
    self.parser.feed(text, final && !broken);
    if (broken) throw new XmlProblem(Problem.INVALID_TOKEN, 0);
  } catch (error) {
    self.finished = true;
    if (error instanceof XmlProblem) {
      self.flushText();
      throw expatError(self, error.code);
    }
    throw pythonException(error);
  }
  if (final) self.finished = true;
  self.flushText();
  return 1;
}

function expatError(self: PyXmlParser, code: Problem): PyBaseException {
  const { line, column } = self.parser.place;
  self.problem = code;
  const error = newException(errorType, `${textOf(code)}: line ${line}, column ${column}`);
  setAttribute(error, 'code', code);
  setAttribute(error, 'offset', column);
  setAttribute(error, 'lineno', line);
  return error;
}

const READ_SIZE = 65536;

function parseFile(self: PyXmlParser, file: Value): Value {
  for (;;) {
    const data = callMethod(file, 'read', READ_SIZE);
    if (!(data instanceof PyBytes) && stringOf(data) === undefined) {
      throw typeError(`read() did not return a bytes object (type=${typeOf(data).tp_name})`);
    }
    const isEnd = data instanceof PyBytes ? data.bytes.length === 0 : data === '';
    parse(self, data, isEnd);
    if (isEnd) return 1;
  }
}

const flag = (
  get: (self: PyXmlParser) => boolean,
  set: (self: PyXmlParser, value: boolean) => void,
): [(self: PyXmlParser) => Value, (self: PyXmlParser, value: Slot) => void] => [
  get,
  (self, value) => {
    if (value === undefined) throw typeError('Cannot delete attribute');
    set(self, isTrue(value));
  },
];

function setBufferSize(self: PyXmlParser, value: Slot): void {
  if (value === undefined) throw typeError('Cannot delete attribute');
  if (typeof value !== 'number') throw typeError('buffer_size must be an integer');
  if (value <= 0) throw valueError('buffer_size must be greater than zero');
  self.flushText();
  self.bufferSize = value;
}

defineType(parserType, {
  module: 'pyexpat',
  doc: 'XML parser',
  subclassable: false,
  methods: {
    Parse: [
      '($self, data, isfinal=False, /)',
      (self: PyXmlParser, data: Value, final: Slot) => parse(self, data, final !== undefined && isTrue(final)),
      "Parse XML data.\n\n`isfinal' should be true at end of input.",
    ],
    ParseFile: ['($self, file, /)', parseFile, 'Parse XML data from file-like object.'],
    SetBase: [
      '($self, base, /)',
      (self: PyXmlParser, base: Value) => {
        self.base = base;
      },
    ],
    GetBase: ['($self, /)', (self: PyXmlParser) => self.base],
    GetInputContext: ['($self, /)', () => null],
    GetReparseDeferralEnabled: ['($self, /)', (self: PyXmlParser) => self.reparseDeferral],
    SetReparseDeferralEnabled: [
      '($self, enabled, /)',
      (self: PyXmlParser, enabled: Value) => {
        self.reparseDeferral = isTrue(enabled);
      },
    ],
    SetParamEntityParsing: ['($self, flag, /)', () => 1],
    UseForeignDTD: ['($self, flag=True, /)', () => null],
    ExternalEntityParserCreate: [
      '($self, context, encoding=<unrepresentable>, /)',
      (self: PyXmlParser, _context: Value, encoding: Slot) => {
        const made = new PyXmlParser(
          encoding === undefined ? undefined : stringOf(encoding),
          self.namespaces.separator,
        );
        Object.assign(made.handlers, self.handlers);
        made.base = self.base;
        made.buffersText = self.buffersText;
        made.orderedAttributes = self.orderedAttributes;
        made.specifiedAttributes = self.specifiedAttributes;
        return made;
      },
    ],
  },
  getset: {
    ...Object.fromEntries(
      handlerNames.map((name) => [
        name,
        [
          (self: PyXmlParser): Value => self.handlers[name] ?? null,
          (self: PyXmlParser, value: Slot): void => {
            if (value === undefined) throw typeError('Cannot delete attribute');
            if (name === 'CharacterDataHandler') self.flushText();
            self.handlers[name] = value === null ? undefined : value;
          },
        ] as const,
      ]),
    ),
    buffer_text: flag(
      (self) => self.buffersText,
      (self, value) => {
        if (!value) self.flushText();
        self.buffersText = value;
      },
    ),
    buffer_size: [(self: PyXmlParser) => self.bufferSize, setBufferSize],
    buffer_used: [(self: PyXmlParser) => self.waiting],
    namespace_prefixes: flag(
      (self) => self.namespaces.keepsPrefixes,
      (self, value) => {
        self.namespaces.keepsPrefixes = value;
      },
    ),
    ordered_attributes: flag(
      (self) => self.orderedAttributes,
      (self, value) => {
        self.orderedAttributes = value;
      },
    ),
    specified_attributes: flag(
      (self) => self.specifiedAttributes,
      (self, value) => {
        self.specifiedAttributes = value;
      },
    ),
    intern: [(self: PyXmlParser) => self.intern],
    ErrorCode: [(self: PyXmlParser) => self.problem],
    ErrorLineNumber: [(self: PyXmlParser) => self.parser.place.line],
    ErrorColumnNumber: [(self: PyXmlParser) => self.parser.place.column],
    ErrorByteIndex: [(self: PyXmlParser) => self.parser.place.byte],
    CurrentLineNumber: [(self: PyXmlParser) => self.parser.place.line],
    CurrentColumnNumber: [(self: PyXmlParser) => self.parser.place.column],
    CurrentByteIndex: [(self: PyXmlParser) => self.parser.place.byte],
  },
});

function createParser(encoding: Slot, separator: Slot, intern: Slot): Value {
  const text = separator === undefined || separator === null ? undefined : stringOf(separator);
  if (text === undefined && separator !== undefined && separator !== null) {
    throw typeError(
      `ParserCreate() argument 'namespace_separator' must be str or None, not ${typeOf(separator).tp_name}`,
    );
  }
  if (text !== undefined && text.length > 1) {
    throw valueError('namespace_separator must be at most one character, omitted, or None');
  }
  const made = new PyXmlParser(encoding === undefined || encoding === null ? undefined : stringOf(encoding), text);
  if (intern !== undefined) made.intern = intern;
  return made;
}

const model = {
  XML_CTYPE_EMPTY: 1,
  XML_CTYPE_ANY: 2,
  XML_CTYPE_MIXED: 3,
  XML_CTYPE_NAME: 4,
  XML_CTYPE_CHOICE: 5,
  XML_CTYPE_SEQ: 6,
  XML_CQUANT_NONE: 0,
  XML_CQUANT_OPT: 1,
  XML_CQUANT_REP: 2,
  XML_CQUANT_PLUS: 3,
};

const VERSION = [2, 6, 3];

/** Modules within this one: sys.modules has them too. */
function part(name: string, doc: string, attributes: Record<string, Value>): Value {
  const made = defineModule({ name, doc, functions: {}, attributes });
  vm.modules.setString(name, made);
  return made;
}

function errorsModule(): Value {
  const codes = new PyDict();
  const messages = new PyDict();
  const attributes: Record<string, Value> = { codes, messages };
  for (const [code, name, text] of expatErrors) {
    attributes[`XML_ERROR_${name}`] = text;
    codes.setString(text, code);
    messages.set(code, text);
  }
  return part('pyexpat.errors', 'Constants used to describe error conditions.', attributes);
}

/** CPython 3.14's Modules/pyexpat.c over a parser of our own, which behaves as Expat does where it is told of it. */
export const pyexpat = (): ModuleDefinition => ({
  name: 'pyexpat',
  doc: 'Python wrapper for Expat parser.',
  functions: {
    ParserCreate: [
      '(encoding=None, namespace_separator=None, intern=<unrepresentable>)',
      createParser,
      'Return a new XML parser object.',
    ],
    ErrorString: ['(code, /)', (code: Value) => textOf(Number(index(code))) ?? null],
  },
  attributes: {
    ExpatError: errorType,
    error: errorType,
    XMLParserType: parserType,
    EXPAT_VERSION: `expat_${VERSION.join('.')}`,
    version_info: tupleOf(VERSION),
    native_encoding: 'UTF-8',
    features: new PyList([tupleOf(['sizeof(XML_Char)', 1]), tupleOf(['sizeof(XML_LChar)', 1]), tupleOf(['XML_NS', 0])]),
    XML_PARAM_ENTITY_PARSING_NEVER: 0,
    XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE: 1,
    XML_PARAM_ENTITY_PARSING_ALWAYS: 2,
    errors: errorsModule(),
    model: part('pyexpat.model', 'Constants used to interpret content model information.', model),
  },
});
