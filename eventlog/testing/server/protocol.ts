/** The gRPC library and the generated messages that the client brings, under the names the test server uses. */
import { createRequire } from 'node:module'
import type * as Grpc from '@grpc/grpc-js'
import features from '@eventstore/db-client/generated/kurrentdb/protocols/v1/serverfeatures_pb.js'
import featuresService from '@eventstore/db-client/generated/kurrentdb/protocols/v1/serverfeatures_grpc_pb.js'
import shared from '@eventstore/db-client/generated/kurrentdb/protocols/v1/shared_pb.js'
import status from '@eventstore/db-client/generated/kurrentdb/protocols/v1/status_pb.js'
import streams from '@eventstore/db-client/generated/kurrentdb/protocols/v1/streams_pb.js'
import streamsService from '@eventstore/db-client/generated/kurrentdb/protocols/v1/streams_grpc_pb.js'

export { features, featuresService, shared, status, streams, streamsService }
export type { Grpc }

const require = createRequire(import.meta.url)
/** The very copy that the client uses; it is the client's dependency, not ours. */
const requireOfClient = createRequire(require.resolve('@eventstore/db-client'))
export const grpc = requireOfClient('@grpc/grpc-js') as typeof Grpc
export const anyPb = requireOfClient('google-protobuf/google/protobuf/any_pb.js') as { Any: new () => { pack(bytes: Uint8Array, name: string): void } }
export const emptyPb = requireOfClient('google-protobuf/google/protobuf/empty_pb.js') as { Empty: new () => never }
