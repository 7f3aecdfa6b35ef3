import { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError, type Admin, type ITopicMetadata } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { createTopics } from './topics.js'

const protocolError = (type: string): KafkaJSProtocolError => new KafkaJSProtocolError(Object.assign(new Error(type), { type, code: 0 }))
const partition = (partitionId: number, leader: number) => ({ partitionErrorCode: 0, partitionId, leader, replicas: [1], isr: [1] })
type Answer = Error | readonly number[]

/** A cluster that answers about each topic what it is told to, one answer a look; the last one stays. */
function clusterThatAnswers(answers: readonly Answer[]): { admin: Admin; made: string[]; looks: () => number } {
  const made: string[] = []
  let looks = 0
  const admin = {
    listTopics: () => Promise.resolve(['there']),
    createTopics: ({ topics, waitForLeaders }: { topics: { topic: string }[]; waitForLeaders: boolean }) => {
      expect(waitForLeaders).toBe(false)
      made.push(...topics.map(({ topic }) => topic))
      return Promise.resolve(true)
    },
    fetchTopicMetadata: ({ topics: [name] }: { topics: string[] }): Promise<{ topics: ITopicMetadata[] }> => {
      const answer = answers[Math.min(looks++, answers.length - 1)] as Answer
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve({ topics: [{ name: name as string, partitions: answer.map((leader, id) => partition(id, leader)) }] })
    },
  }
  return { admin: admin as unknown as Admin, made, looks: () => looks }
}

describe('making topics', () => {
  it('waits for a broker that has not heard of the topic, and for the leader of each partition', async () => {
    const wrapped = new KafkaJSNumberOfRetriesExceeded(protocolError('LEADER_NOT_AVAILABLE'), { retryCount: 3, retryTime: 500 })
    const { admin, made, looks } = clusterThatAnswers([protocolError('UNKNOWN_TOPIC_OR_PARTITION'), wrapped, [1], [1, -1], [1, 1]])
    expect(await createTopics(admin, new Map([['there', 1], ['new', 2]]))).toEqual(['new'])
    expect(made).toEqual(['new'])
    expect(looks()).toBe(5)
  })

  it('gives up by name when a topic has no leader in time', async () => {
    const { admin } = clusterThatAnswers([[1, -1]])
    await expect(createTopics(admin, new Map([['new', 2]]), 0)).rejects.toMatchObject({ code: 'NO_LEADER', field: 'topic', message: expect.stringContaining('new was made') as string })
  })

  it('does not wait for a cluster that refuses', async () => {
    const { admin, looks } = clusterThatAnswers([protocolError('TOPIC_AUTHORIZATION_FAILED')])
    await expect(createTopics(admin, new Map([['new', 1]]))).rejects.toMatchObject({ type: 'TOPIC_AUTHORIZATION_FAILED' })
    expect(looks()).toBe(1)
  })
})
