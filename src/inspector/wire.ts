/** What the page at `/-/` gets from the proxy. It is read by Node and by the browser, so it knows neither. */

/** One request, small enough to keep 200 of them. Times in milliseconds. */
export interface Summary {
  /** Its number, from 1 on while the proxy runs; the same in flight and after. */
  readonly n: number
  readonly requestId: string
  /** When it began, in milliseconds since 1970, with fractions that tell the order. */
  readonly at: number
  readonly method: string
  /** Masked, and truncated if it is very long. */
  readonly target: string
  readonly family: string
  /** 0 if the caller left before a response began, and in flight. */
  readonly status: number
  readonly durationMs: number
  readonly tokenWaitMs: number
  /** From the dispatch to a connection; absent if it was not sent. */
  readonly queueMs?: number
  /** From there to the headers of the response; absent if none came. */
  readonly upstreamMs?: number
  readonly bytes: number
  readonly retries: readonly string[]
  /** What the real-time cache did: `hit`, `miss`, `collapsed` or `bypass`; absent where it is off. */
  readonly cache?: string
  /** The proxy's own failure that was the response. */
  readonly problem?: string
  /** The response did not get to its end. */
  readonly incomplete?: true
  /** It is not over yet: times and bytes are those so far. */
  readonly inFlight?: true
  /** Why 8x8 refused it, with what to do, where the proxy knows more than 8x8 says (X-Proxy-Hint). */
  readonly hint?: {
    readonly kind: 'product' | 'own-key' | 'region' | 'renewals'
    readonly text: string
  }
  /** Headers and bodies are there. */
  readonly captured?: true
}

export interface CapturedBody {
  /** All that was seen, the part that is not recorded included. */
  readonly bytes: number
  /** Masked; absent if it is not text. */
  readonly text?: string
  readonly truncated: boolean
  /** Why there is no text. */
  readonly hidden?: string
}

export interface CapturedMessage {
  /** Name and value, masked. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body: CapturedBody
}

export interface Captured {
  /** As it was sent to 8x8; absent if nothing was sent. */
  readonly request?: CapturedMessage
  /** As the caller got it; absent if 8x8 gave no response. */
  readonly response?: CapturedMessage
}

export interface Detail extends Captured {
  readonly summary: Summary
  /** What the problem's name means. */
  readonly problemTitle?: string
  /** What the problem said to the caller: what happened, and what to do. */
  readonly problemDetail?: string
  /** The beginning of an error's body from 8x8, kept always; absent where the whole response is there. */
  readonly errorBody?: CapturedBody
}

export interface TokenView {
  readonly state: string
  readonly expiresInSeconds: number | null
  readonly obtainedAt: string | null
  readonly products: readonly string[]
  readonly renewals: number
  readonly lastError: string | null
  /** While 8x8 rejects new tokens too: how long none is replaced yet. */
  readonly renewalsHeldBackSeconds: number | null
}

export interface Traffic {
  /** Requests in each of the last 60 seconds, oldest first; the last of them is not over yet. */
  readonly seconds: readonly number[]
  /** Of the last 60 seconds: responses of 400 and above, and requests without a response. */
  readonly errors: number
}

/** One family's budget under 8x8's documented limits. */
export interface RateView {
  readonly title: string
  /** Calls that could be sent at once now, of those that the narrowest limit allows. */
  readonly remaining: number
  readonly allowed: number
  readonly waiting: number
}

/** What is wrong now, and what to do about it. */
export interface Notice {
  /** Short and stable. */
  readonly name: string
  readonly tone: 'bad' | 'warn'
  readonly title: string
  /** What it means and what to do next. Words in backquotes are to be typed. */
  readonly text: string
  /** What changes from one second to the next, such as when the next attempt is due. */
  readonly changing?: string
}

/** Whether the app may call a family, or what is below no family's path. */
export interface AccessView {
  readonly title: string
  /** The family's; empty for other paths. */
  readonly name: string
  /** `decided`: by 8x8 at each call, since no list says what the app's key opens. `unknown`: there is no token yet. */
  readonly granted: 'yes' | 'no' | 'decided' | 'unknown'
  /** The product that opens it, as Admin Console calls it, or those that open parts of it; empty where 8x8 names none. */
  readonly openedBy: string
  /** What to do where it is not granted. */
  readonly next?: string
}

export interface Status {
  readonly token: TokenView
  readonly workToken?: TokenView
  readonly ready: boolean
  readonly traffic: Traffic
  readonly capture: boolean
  /** Absent while no call is held for a limit (X8_RATE_WAIT_MS). */
  readonly rates?: readonly RateView[]
  /** The worst first. */
  readonly notices: readonly Notice[]
  readonly access: readonly AccessView[]
}

export interface FamilyView {
  readonly name: string
  readonly title: string
}

/** The first event of a connection: everything there is. */
export interface Snapshot {
  readonly version: string
  /** 8x8's origin. */
  readonly upstream: string
  /** It is the simulated 8x8 of this process, which has control addresses. */
  readonly sandbox: boolean
  /** Callers must present X8_PROXY_KEY. */
  readonly keyRequired: boolean
  readonly families: readonly FamilyView[]
  readonly status: Status
  /** Those that are over in the order in which they ended, then those in flight. */
  readonly requests: readonly Summary[]
}
