import { vm } from '../../interpreter/state.ts';
import { block, staying } from '../../interpreter/threads.ts';
import { PyModule } from '../../objects/module.ts';
import { typeOf, type Value } from '../../objects/object.ts';
import { lookupAttribute } from '../../operations/attribute.ts';
import { type VirtualSocket, WaitingSocket } from '../socket/network.ts';
import { deadlineAfter } from '../thread/timeout.ts';

/**
 * Does `act`, which reads a raw stream: at once, or, when the stream is a socket's and other threads could send to it meanwhile, once
 * the socket has what is enough. `act` calls Python code, below which no thread can be left; so whoever reads by it waits before. Only
 * a method declared by waits() may end with this.
 */
export function afterInput(raw: Value, isEnough: (end: VirtualSocket) => boolean, act: () => Value): Value {
  if (vm.threads.length === 1) return staying(act);
  const socket = socketOf(raw);
  const end = socket?.virtual;
  if (socket === undefined || end === undefined || socket.timeout === 0) return staying(act);
  const ready = (): boolean => end.willGetNoMore || isEnough(end);
  if (ready()) return staying(act);
  return block({
    what: 'socket.recv_into()',
    deadline: deadlineAfter(socket.timeout),
    ready,
    finish() {
      socket.waitedInVain = !ready();
      return staying(act);
    },
  });
}

/** The socket behind a socket.SocketIO of the library's own. */
function socketOf(raw: Value): WaitingSocket | undefined {
  const library = vm.modules.getString('socket');
  if (!(library instanceof PyModule) || library.dict.getString('SocketIO') !== typeOf(raw)) return undefined;
  const socket = lookupAttribute(raw, '_sock');
  return socket instanceof WaitingSocket ? socket : undefined;
}
