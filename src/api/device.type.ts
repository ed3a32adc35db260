import { GraphQLSafeInt } from 'graphql-scalars';
import { Ctx, Field, GraphQLISODateTime, ObjectType } from 'type-graphql';
import type { DeviceSnapshot, Scheduler } from '../scheduler/ports.js';
import type { ApiContext } from './context.js';
import { DeviceKind, DeviceStatus } from './enums.js';
import { Generation } from './generation.type.js';
import { Model } from './model.type.js';
import { Node } from './node.type.js';

@ObjectType({ description: "A network that lies in a device's memory." })
export class LoadedComponent {
  constructor(
    model: Model,
    private readonly loaded: DeviceSnapshot['loaded'][number],
  ) {
    this.model = model;
  }

  @Field(() => Model, { description: 'The model that the network belongs to.' })
  readonly model: Model;

  @Field(() => String, { description: 'Which of its networks, such as denoiser.' })
  get component(): string {
    return this.loaded.component;
  }

  @Field(() => GraphQLSafeInt, { description: 'Size of its weights there.' })
  get bytes(): number {
    return this.loaded.bytes;
  }
}

@ObjectType({ description: "How a device's memory is planned." })
export class DeviceMemory {
  @Field(() => GraphQLSafeInt, { description: 'Weights of the networks that are loaded.' })
  readonly weightsBytes!: number;

  @Field(() => GraphQLSafeInt, { description: 'The predicted peak of what runs beside them.' })
  readonly activationsBytes!: number;

  @Field(() => GraphQLSafeInt, { description: 'Left free for what is not foreseen, in bytes.' })
  readonly headroomBytes!: number;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Held by other programs; null where it cannot be asked.',
  })
  readonly othersBytes!: number | null;
}

@ObjectType({ implements: Node, description: 'A GPU or the CPU, as it was a moment ago.' })
export class Device extends Node {
  constructor(private readonly snapshot: DeviceSnapshot) {
    super('device', snapshot.id);
  }

  /** One that is gone since (a card was taken out) is shown as lost rather than as an error in the history. */
  static find(scheduler: Scheduler, id: string): Device {
    return new Device(scheduler.devices().find((device) => device.id === id) ?? lost(id));
  }

  @Field(() => String, { description: 'Name of the hardware, such as NVIDIA H100 80GB HBM3.' })
  get name(): string {
    return this.snapshot.name;
  }

  @Field(() => DeviceKind, { description: 'Whether it is a GPU or the CPU.' })
  get kind(): DeviceSnapshot['kind'] {
    return this.snapshot.kind;
  }

  @Field(() => DeviceStatus, { description: 'What the device does at the moment.' })
  get status(): DeviceSnapshot['status'] {
    return this.snapshot.status;
  }

  @Field(() => GraphQLSafeInt, { description: 'All of its memory, in bytes.' })
  get totalBytes(): number {
    return this.snapshot.totalBytes;
  }

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Memory that is free; null where it cannot be asked.' })
  get freeBytes(): number | null {
    return this.snapshot.freeBytes;
  }

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Memory in use by this server; null where unknown.' })
  get usedByUsBytes(): number | null {
    return this.snapshot.usedByUsBytes;
  }

  @Field(() => DeviceMemory, { description: 'What its memory is planned for.' })
  get memory(): DeviceSnapshot['memory'] {
    return this.snapshot.memory;
  }

  @Field(() => [LoadedComponent], { description: 'The networks in its memory.' })
  loaded(@Ctx() { catalog }: ApiContext): LoadedComponent[] {
    return this.snapshot.loaded.flatMap((loaded) => {
      const info = catalog.get(loaded.model);
      return info ? [new LoadedComponent(new Model(info), loaded)] : [];
    });
  }

  @Field(() => [Generation], { description: "Those of the caller's generations that it works on." })
  async running(@Ctx() { service, caller }: ApiContext): Promise<Generation[]> {
    const records = await service.getMany(caller, this.snapshot.running);
    return records.map((record) => new Generation(record));
  }

  @Field(() => GraphQLISODateTime, { description: 'When this state was read.' })
  get observedAt(): Date {
    return this.snapshot.observedAt;
  }
}

function lost(id: string): DeviceSnapshot {
  const kind = id.startsWith('cuda') ? 'CUDA' : 'CPU';
  const unknown = { totalBytes: 0, freeBytes: null, usedByUsBytes: null, loaded: [], running: [] };
  const memory = { weightsBytes: 0, activationsBytes: 0, headroomBytes: 0, othersBytes: null };
  return { id, name: id, kind, status: 'LOST', memory, ...unknown, observedAt: new Date() };
}
