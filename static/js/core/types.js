// The objects of the wire, as far as the app reads them. Types only: nothing imports this file at run time.

/** @typedef {'mom'|'doctor'|'midwife'|'service_provider'|'admin'} Role */
/** @typedef {'available'|'busy'|'unavailable'} Availability */

/**
 * A person as the app knows them: oneself, a participant, a provider.
 * @typedef {object} Person
 * @property {string} id
 * @property {string} name
 * @property {string} firstName
 * @property {string} lastName
 * @property {Role} role
 * @property {string} [specialty]
 * @property {string|null} [avatar]
 * @property {boolean} [isOnline]
 * @property {string} [status]
 * @property {string|null} [lastSeen]
 * @property {Availability} [availability]
 * @property {string|null} [availabilityUntil] when a limited answer ends by itself
 * @property {string} [experience]
 * @property {string} [location]
 * @property {string} [bio]
 * @property {string[]} [languages]
 * @property {number} [rating]
 * @property {number} [reviewCount]
 */

/**
 * @typedef {Person & {
 *   email: string, phone?: string|null, licenseNumber?: string|null, isActive: boolean,
 *   verificationStatus: 'pending'|'approved'|'rejected', rejectionReason?: string|null, createdAt: string, resetRequestedAt?: string, documentCount?: number, newDocuments?: number,
 * }} User
 */

/** @typedef {'waiting'|'failed'|'sent'|'delivered'|'read'|'scheduled'} SendStatus */

/** @typedef {{ id: string, sender?: string, senderId: string, senderName?: string, content: string, messageType: string, isDeleted?: boolean, seq?: number }} Quote `senderId` is empty while the original is not loaded */
/** @typedef {{ senderId: string, senderName: string }} Origin who wrote the words of a forwarded message */
/** @typedef {{ latitude: number, longitude: number, label: string|null }} Place in decimal degrees */
/** @typedef {{ userId: string, at: string }} Ack */
/** @typedef {{ userId: string, status: 'sent'|'delivered'|'read', deliveredAt: string|null, readAt: string|null }} Receipt */
/** @typedef {{ action: string, actorId: string, actorName: string, userIds: string[], names: string[], name: string|null }} SystemData what happened to a group */
/** @typedef {{ userId: string, user?: string, emoji: string }} Reaction */
/** @typedef {'image'|'video'|'audio'|'file'} FileKind */
/**
 * A file of a message. One that is on its way has `letter`, the id of the message it goes with, and its own `id` is the device's.
 * @typedef {object} FileRef
 * @property {string} id
 * @property {string} originalName
 * @property {string} mimetype
 * @property {number} size bytes
 * @property {string} url
 * @property {FileKind} fileType
 * @property {string|null} [thumbnailUrl]
 * @property {string|null} [posterUrl] a still of a film
 * @property {number|null} [width] pixels, as is `height`
 * @property {number|null} [height]
 * @property {number|null} [duration] seconds
 * @property {false} [scanned] the clinic's virus scanner did not answer
 * @property {number[]|null} [waveform] loudness over time, 0 to 100
 * @property {number|null} [pages]
 * @property {string} [letter]
 * @property {boolean} [kept] whether the device keeps it over a reload, so that other tabs have it too
 * @property {'goes'|'sent'|'held'|'refused'} [way] how it goes with one that is on its way: `held` while the message waits for its writer
 */

/**
 * A message. `at` and `day` are added once on arrival, so that drawing never parses a date.
 * @typedef {object} Message
 * @property {string} id
 * @property {string|null} [clientMessageId]
 * @property {number} seq
 * @property {string} conversationId
 * @property {string} senderId
 * @property {string} [senderName]
 * @property {string} [senderRole]
 * @property {string} content
 * @property {string} messageType
 * @property {string} createdAt
 * @property {SendStatus} status
 * @property {FileRef[]} [attachments]
 * @property {Quote|null} [replyTo]
 * @property {Reaction[]} [reactions]
 * @property {number} [cursor] of its newest change
 * @property {boolean} [isEdited]
 * @property {string|null} [editedAt]
 * @property {boolean} [isDeleted]
 * @property {Origin|null} [forwardedFrom]
 * @property {Place|null} [location]
 * @property {'normal'|'urgent'} [priority]
 * @property {boolean} [requiresAck]
 * @property {Ack[]} [acks]
 * @property {boolean} [isSystemMessage]
 * @property {string|null} [systemType]
 * @property {SystemData|CallData|AppointmentData|null} [systemData]
 * @property {string|null} [appointmentId]
 * @property {number} at
 * @property {number} day
 */

/**
 * A message that waits for its time: `due` is that time in milliseconds. `failedReason` says in English why it could not be sent.
 * @typedef {Omit<Message, 'at'|'day'> & { due: number, scheduledFor: string, failedReason?: string|null }} Scheduled
 */

/** @typedef {{ id: string, content: string, messageType: string, timestamp: string, senderId: string, status: SendStatus, isDeleted?: boolean, priority?: string, fileCount?: number, fileType?: FileKind|null, isSystemMessage?: boolean, systemData?: SystemData|CallData|AppointmentData|null }} LastMessage */

/**
 * @typedef {object} Conversation
 * @property {string} id
 * @property {'direct'|'group'} type
 * @property {string} name
 * @property {Person[]} participants
 * @property {LastMessage|null} [lastMessage] null: nothing was said yet; missing: what was said is not known here
 * @property {number} unreadCount
 * @property {boolean} [isActive] false: nobody is left to write to
 * @property {boolean} isMuted
 * @property {boolean} isPinned
 * @property {boolean} [isArchived]
 * @property {string|null} [groupAvatar]
 * @property {string|null} [groupAdmin] who looks after a group
 * @property {string|null} [appointmentId] the next one of the two, or a name that a client has given
 * @property {string} lastActivity
 * @property {string} createdAt
 * @property {number} seq
 * @property {number} cursor
 * @property {Record<string, unknown>} [metadata]
 */

/** @typedef {{ name: string, emergencyPhone: string|null, approveProfessionals: 'manual'|'auto', version: string, calls?: { enabled: boolean }, authority?: { url: string, fingerprint: string }|null, limits?: { editWindow: number, groupMembers: number, urgentRepeat: number, fileSize?: number, fileCount?: number } }} Clinic in `limits`, seconds and bytes */

/** @typedef {'voice'|'video'} CallType */
/** @typedef {'ringing'|'accepted'|'ended'|'rejected'|'missed'|'cancelled'|'busy'|'failed'} CallStatus */
/** @typedef {{ id: string, name: string, role?: string }} Callee somebody on the other end */
/** @typedef {{ callId: string, type: CallType, status: CallStatus, callerId: string, calleeId: string, duration: number|null, reason: string|null }} CallData what a system message says of a call; seconds */

/** @typedef {'scheduled'|'confirmed'|'in-progress'|'completed'|'cancelled'|'no-show'} AppointmentStatus */

/**
 * An appointment, the same for both of the two.
 * @typedef {object} Appointment
 * @property {string} id
 * @property {string} title
 * @property {string} description
 * @property {string} patientId
 * @property {string} patientName
 * @property {string} providerId
 * @property {string} providerName
 * @property {string} startTime
 * @property {string} endTime
 * @property {number} duration minutes
 * @property {{ type: 'in-person'|'video'|'phone', address: string, room: string }} location
 * @property {AppointmentStatus} status
 * @property {string} type
 * @property {string} conversationId
 * @property {string} proposedBy who has named the time; while it is `scheduled`, the other one is asked
 * @property {string|null} cancellationReason
 * @property {string|null} cancelledBy
 * @property {string} createdAt
 * @property {string} updatedAt
 */
/** @typedef {{ appointmentId: string, action: string, actorId: string|null, startTime: string, endTime: string, appointment: Appointment }} AppointmentData what a system message says of an appointment; `appointment` is as it was when the message was asked for */

/**
 * A call in the history.
 * @typedef {object} CallEntry
 * @property {string} id
 * @property {string} conversationId
 * @property {CallType} type
 * @property {CallStatus} status
 * @property {string} callerId
 * @property {string} calleeId
 * @property {string} [callerName]
 * @property {string} [calleeName]
 * @property {'in'|'out'} direction
 * @property {string} startedAt
 * @property {string|null} [answeredAt]
 * @property {string|null} [endedAt]
 * @property {number|null} duration in seconds
 * @property {boolean} missed
 * @property {boolean} [seen]
 */

/**
 * The call of this tab. `incoming` rings here, `ringing` rings there; `id` is empty while the server has not answered yet.
 * @typedef {object} CallState
 * @property {string} id
 * @property {string} conversationId
 * @property {CallType} type as it was begun
 * @property {'in'|'out'} direction
 * @property {'preparing'|'ringing'|'incoming'|'connecting'|'active'|'ended'} phase
 * @property {Callee} other
 * @property {number|null} since when it was answered, by this device's clock
 * @property {boolean} away the other side has lost its connection to the server
 * @property {boolean} isSmall a bar at the top instead of the whole screen
 * @property {CallEnd|null} end
 */
/** @typedef {{ reason: string, duration: number, error?: unknown }} CallEnd `error` when the server would not even begin */
/** @typedef {{ audio: boolean, video: boolean, screen: boolean }} Shown what somebody lets the other hear and see */

/**
 * What a mother says of a professional. `authorId` is told to those whom it concerns.
 * @typedef {object} Review
 * @property {string} id
 * @property {string} providerId
 * @property {string|null} authorId
 * @property {string} authorName first name and initial
 * @property {number} rating 1 to 5
 * @property {string} comment may be empty
 * @property {string} createdAt
 * @property {string} updatedAt
 * @property {{ comment: string, createdAt: string, updatedAt: string }|null} reply
 * @property {boolean} isHidden
 * @property {string|null} hiddenReason
 */
/** @typedef {{ rating: number, reviewCount: number, stars: { stars: number, count: number }[] }} RatingSummary */
/** @typedef {{ review: Review|null, mayWrite: boolean, reason: 'role'|'conversation'|'written'|null }} OwnReview */
/** @typedef {{ kind: 'review', action: string, reviewId: string, providerId: string, providerName: string, authorName: string, rating: number }} ReviewNews */
/** @typedef {{ userId: string, readSeq: number, deliveredSeq: number }} Mark */

export {};
