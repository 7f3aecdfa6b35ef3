/** What operators and analysts can do. The API holds no signing key: messages come signed. */
export const mutation = /* GraphQL */ `
  type Mutation {
    "Builds a read model again from the log beside the live one, compares, and switches. reason is for the audit trail."
    rebuild(projection: String!, reason: String): Job!
    "Goes back to the version before the last switch, brought to the live position first."
    rollBack(projection: String!, reason: String): Job!
    "Applies dead letters in their place, by a rebuild in which they must not fail again; all of them unless positions are named."
    redrive(projection: String!, positions: [Long!], reason: String): Job!
    "Stops a job; the live version stays as it was."
    cancelJob(id: ID!): Job!
    "Puts an analyst's signed verdict, base64 of the message, where validators read it."
    submitVerdict(message: String!): Submission!
    "Puts an authority's signed policy, base64 of the message, where validators read it."
    proposePolicy(message: String!): Submission!
  }

  enum JobKind { REBUILD ROLL_BACK REDRIVE }
  enum JobState { RUNNING SUCCEEDED FAILED }
  enum JobCode {
    "The live version had exactly what its events say."
    EQUAL
    "It had not; now it has."
    DIFFERENT
    "There was nothing to apply."
    NO_DEAD_LETTERS
    POISON_EVENT
    NO_PREVIOUS
    OTHER_VERSION
    REBUILD_RUNNING
    SWITCH_BLOCKED
    CANCELLED
    UNAVAILABLE
    INTERNAL
  }

  "Long work on a read model. The newest hundred are remembered until the API stops."
  type Job {
    id: ID!
    kind: JobKind!
    projection: String!
    state: JobState!
    requestedBy: String!
    startedAt: Time!
    endedAt: Time
    "Events applied to the new version so far."
    position: Long!
    "How it ended; null while it runs."
    code: JobCode
    "What went wrong, and what to do."
    error: String
    "The version before and now."
    replaced: Int
    version: Int
    "Rows in which the live version was wrong."
    differences: Long
  }

  "A message that lies in its topic. What becomes of it, validators say: follow the anomaly's verdicts, or policies."
  type Submission {
    "Of the message: the report's, or the policy's."
    id: ID!
    messageHash: String!
    topic: String!
    partition: Int!
    offset: Long!
  }
`
