import { bind } from '../../objects/bind.ts';
import { bufferOf } from '../../objects/bytes-types.ts';
import { defineType } from '../../objects/define.ts';
import { bufferErrorType, newException, valueError } from '../../objects/exception.ts';
import { memoryviewOf, PyMemoryView } from '../../objects/memoryview.ts';
import { type Buffer, type KwNames, newType, PyObject, type PyType, typeOf, type Value } from '../../objects/object.ts';

export const pickleBufferType = newType('pickle.PickleBuffer');

/** A buffer that a pickler may leave out of the pickle (PyPickleBufferObject). */
export class PyPickleBuffer extends PyObject {
  /** Whose buffer it is, which it lends further. */
  source: Value;
  private lent: PyMemoryView | undefined;

  constructor(source: Value, type: PyType = pickleBufferType) {
    super(type);
    this.source = source;
    this.lent = memoryviewOf(source);
  }

  /** What it shows. Raises ValueError once released. */
  get view(): PyMemoryView {
    if (this.lent === undefined) throw valueError('operation forbidden on released PickleBuffer object');
    return this.lent;
  }

  release(): void {
    this.lent?.release();
    this.lent = undefined;
    this.source = null;
  }
}

/** A view of the same memory as bytes in one dimension (picklebuf_raw). */
function raw(self: PyPickleBuffer): Value {
  const { view } = self;
  if (!view.contiguous) throw newException(bufferErrorType, 'cannot extract raw buffer from non-contiguous buffer');
  view.bytes;
  const { lease } = view;
  lease!.views++;
  return new PyMemoryView(lease!, {
    format: 'B',
    itemsize: 1,
    shape: [view.count * view.itemsize],
    strides: [1],
    offset: view.offset,
    readonly: view.readonly,
  });
}

defineType(pickleBufferType, {
  module: 'pickle',
  doc: 'Wrapper for potentially out-of-band buffers',
  subclassable: false,
  hasWeakrefs: true,
  tp_new(_type: PyType, args: Value[], kwNames: KwNames) {
    const [object] = bind('PickleBuffer', '($self, $class, object, /)', args, kwNames) as Value[];
    // Says what memoryview() would say in other words.
    if (typeOf(object).bf_getbuffer === undefined) bufferOf(object);
    return new PyPickleBuffer(object);
  },
  bf_getbuffer: (self: PyPickleBuffer): Buffer => {
    self.view;
    return { ...bufferOf(self.source), object: self.source };
  },
  methods: {
    raw: ['($self, /)', raw],
    release: ['($self, /)', (self: PyPickleBuffer) => self.release()],
  },
});
