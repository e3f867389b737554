export { type CheckpointBody, checkpointText, parseCheckpointText } from '../checkpoint/checkpoint.ts';
export {
  type CheckpointsFile,
  parseCheckpoints,
  type StoredCheckpoint,
} from '../checkpoint/checkpoints-file.ts';
export {
  checkSignatures,
  type NoteSignature,
  parseNote,
  type SignatureCheck,
  type SignedNote,
  signNote,
} from '../checkpoint/note.ts';
export { isKeyName, parseVerifierKey, type VerifierKey, verifierKeyOf } from '../checkpoint/verifier-key.ts';
export { leafHash, MerkleFrontier } from '../merkle/frontier.ts';
export {
  type Leaves,
  type MadeProof,
  proveConsistency,
  proveInclusion,
  verifyConsistency,
  verifyInclusion,
} from '../merkle/proof.ts';
export type { KnownBeginning } from '../merkle/proof-builder.ts';
export { checkProof, type ProofCheck } from './check-proof.ts';
export { proveEntry, proveGrowth } from './make-proof.ts';
export {
  type ConsistencyProof,
  type InclusionProof,
  type ProvenState,
  parseProof,
} from './proof-document.ts';
export type { FailureKind, Verification, VerificationFailure, VerifyOptions } from './verification.ts';
export { verifyJournal } from './verify-journal.ts';
