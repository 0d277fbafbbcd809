/*
 * Payments over a timed seat hold, Wallet and Concert: the promises.
 *
 * One seat, two consecutive holds on it (h0 then h1), three payments:
 * p0 and p1 both pay for h0 (a double click with two ids), p2 pays for h1.
 *
 * Every atomic block is one local, durable database transaction, or one send.
 * The network is a set of messages that stay in it: a message may be
 * delivered never, once, many times, in any order and arbitrarily late.
 * A crash therefore needs no separate step, unless a mutant keeps something
 * only in memory. The Concert clock may jump both ways.
 *
 * Mutants (-DM_xxx) each remove one guard; each must break an invariant.
 * Tests/Models/check runs all cases. It uses -E, because dead ends of the
 * form "choose a payment, then a step" are not deadlocks.
 */
#define P 3
#define H 2
#define NO 255

/* wallet payment states */
#define W_NONE 0
#define W_RESV 1
#define W_POST 2
#define W_VOID 3
#define W_DECL 4
#define W_REFD 5
/* decisions kept by Concert */
#define D_NONE 0
#define D_CONF 1
#define D_ABRT 2
/* hold states */
#define H_NONE 0
#define H_HELD 1
#define H_GONE 2        /* released, or expired and swept */
#define H_SOLD 3
#define H_BACK 4        /* sold, then cancelled by the refund saga  */

byte w[P];              /* durable wallet row                     */
bool wantAbort[P];      /* durable: the payer asked to cancel     */
byte avail[2], pend[2], revenue;   /* users A=0, B=1; price is 1   */
byte total;

byte hold[H];
byte seat = NO;         /* hold id that owns the seat row         */
bool late[H];           /* Concert clock says: this hold expired  */
byte dec[P];            /* durable decision row, key payment id   */
byte soldBy[H];         /* payment named on the ticket            */
byte sales;             /* tickets valid for the seat right now   */
bool due[P];            /* durable outbox row: refund owed        */

bool mConf[P], mAbrt[P], rConf[P], rAbrt[P];

#ifdef M_SEND_BEFORE_DURABLE
bool mem[P];            /* reserved in memory only                */
#endif
#ifdef M_VOLATILE_DECISION
bool soft[P];           /* decided, visible, not yet on disk      */
#endif
#ifdef M_CHECK_THEN_ACT
bool saw[P];            /* a paused handler that has seen HELD    */
#endif

#define TGT(p)  (p == 2 -> 1 : 0)
#define USR(p)  (p == 2 -> 1 : 0)

inline check() {
  /* I1: no money is created or lost */
  assert(avail[0] + avail[1] + pend[0] + pend[1] + revenue == total);
  /* I2: the seat is sold at most once, to the hold that owns it */
  assert(sales <= 1);
  assert(hold[0] != H_SOLD || hold[1] != H_SOLD);
  assert(hold[0] != H_SOLD || soldBy[0] == 0 || soldBy[0] == 1);
  assert(hold[1] != H_SOLD || soldBy[1] == 2);
  k = 0;
  do
  :: k < P ->
     /* I3: charged means a ticket, or a refund that is owed */
     assert(w[k] != W_POST || (dec[k] == D_CONF && soldBy[TGT(k)] == k && (hold[TGT(k)] == H_SOLD || due[k])));
     /* I4: a ticket means charged, or money still set aside */
     assert(dec[k] != D_CONF || w[k] == W_RESV || w[k] == W_POST || w[k] == W_REFD);
     /* I5: refunded means that the ticket is gone and the refund was owed */
     assert(w[k] != W_REFD || (due[k] && hold[TGT(k)] == H_BACK));
     k++
  :: else -> break
  od;
  /* I6: pending money and revenue are exactly the open and the posted payments */
  assert(pend[0] == (w[0] == W_RESV) + (w[1] == W_RESV));
  assert(pend[1] == (w[2] == W_RESV));
  assert(revenue == (w[0] == W_POST) + (w[1] == W_POST) + (w[2] == W_POST));
  k = 0
}

#define CANSELL(p) (hold[TGT(p)] == H_HELD && seat == TGT(p) && !late[TGT(p)])

init {
  byte p, k;
  if :: avail[0] = 0 :: avail[0] = 1 :: avail[0] = 2 fi;
  if :: avail[1] = 0 :: avail[1] = 1 fi;
  total = avail[0] + avail[1];
  hold[0] = H_HELD; seat = 0;
  soldBy[0] = NO; soldBy[1] = NO;

  do
  :: atomic { /* choose a payment, then one step for it */
      if :: p = 0 :: p = 1 :: p = 2 fi;
      if
      /* ------------------------------------------------ Wallet */
      /* Pay(p): first arrival decides RESERVED or DECLINED, permanently */
      :: w[p] == W_NONE && avail[USR(p)] > 0 ->
#ifdef M_SEND_BEFORE_DURABLE
         mem[p] = 1; mConf[p] = 1
#else
         w[p] = W_RESV; avail[USR(p)]--; pend[USR(p)]++
#endif
#ifdef M_SEND_BEFORE_DURABLE
      :: mem[p] && w[p] == W_NONE && avail[USR(p)] > 0 ->
         w[p] = W_RESV; avail[USR(p)]--; pend[USR(p)]++
#endif
      :: w[p] == W_NONE && avail[USR(p)] == 0 -> w[p] = W_DECL
      /* CancelPayment(p): unknown -> tombstone; reserved -> request only */
      :: w[p] == W_NONE -> w[p] = W_DECL
      :: w[p] == W_RESV -> wantAbort[p] = 1
      /* (re)send, from the live handler or from recovery */
      :: w[p] == W_RESV -> mConf[p] = 1
      :: w[p] == W_RESV && wantAbort[p] -> mAbrt[p] = 1
      /* learn the decision: CAS from RESERVED */
#ifdef M_POST_WITHOUT_CAS
      :: rConf[p] && (w[p] == W_RESV || w[p] == W_POST) && pend[USR(p)] > 0 ->
         w[p] = W_POST; pend[USR(p)]--; revenue++
#else
      :: rConf[p] && w[p] == W_RESV -> w[p] = W_POST; pend[USR(p)]--; revenue++
#endif
      /* refund saga, forward only: owed once, credited once (CAS from POSTED);
         if it arrives while still RESERVED, it waits for the decision */
#ifdef M_REFUND_WITHOUT_CAS
      :: due[p] && (w[p] == W_POST || w[p] == W_REFD) && revenue > 0 -> w[p] = W_REFD; revenue--; avail[USR(p)]++
#else
      :: due[p] && w[p] == W_POST -> w[p] = W_REFD; revenue--; avail[USR(p)]++
#endif
      :: dec[p] == D_CONF && hold[TGT(p)] == H_SOLD && soldBy[TGT(p)] == p && !due[p] ->
         due[p] = 1; hold[TGT(p)] = H_BACK; seat = NO; sales--
#ifdef M_CANCEL_FLIPS_DECISION
         ; dec[p] = D_ABRT
#endif
      :: rAbrt[p] && w[p] == W_RESV -> w[p] = W_VOID; pend[USR(p)]--; avail[USR(p)]++
#ifdef M_UNILATERAL_VOID   /* time-out, or a pending that expires by itself */
      :: w[p] == W_RESV -> w[p] = W_VOID; pend[USR(p)]--; avail[USR(p)]++
#endif
      /* ------------------------------------------------ Concert */
#ifdef M_CHECK_THEN_ACT
      :: mConf[p] && dec[p] == D_NONE && CANSELL(p) -> saw[p] = 1
      :: saw[p] && dec[p] == D_NONE ->
         saw[p] = 0; dec[p] = D_CONF; hold[TGT(p)] = H_SOLD; soldBy[TGT(p)] = p; sales++
#else
#ifdef M_NO_HOLD_CHECK
      :: mConf[p] && dec[p] == D_NONE && !late[TGT(p)] ->
         dec[p] = D_CONF; hold[TGT(p)] = H_SOLD; soldBy[TGT(p)] = p; sales++
#else
#ifdef M_CONFIRM_BY_SEAT
      :: mConf[p] && dec[p] == D_NONE && seat != NO && hold[seat] == H_HELD && !late[seat] ->
         dec[p] = D_CONF; hold[seat] = H_SOLD; soldBy[seat] = p; sales++
#else
      :: mConf[p] && dec[p] == D_NONE && CANSELL(p) ->
#ifdef M_VOLATILE_DECISION
         soft[p] = 1;
#endif
         dec[p] = D_CONF; hold[TGT(p)] = H_SOLD; soldBy[TGT(p)] = p; sales++
#endif
#endif
#endif
      :: mConf[p] && dec[p] == D_NONE && !CANSELL(p) ->
#ifdef M_REJECT_NOT_RECORDED
         rAbrt[p] = 1
#else
         dec[p] = D_ABRT
#endif
      :: mAbrt[p] && dec[p] == D_NONE ->
#ifdef M_NO_TOMBSTONE
         rAbrt[p] = 1
#else
         dec[p] = D_ABRT
#endif
      /* answer any request with the recorded decision */
      :: (mConf[p] || mAbrt[p]) && dec[p] == D_CONF -> rConf[p] = 1
      :: (mConf[p] || mAbrt[p]) && dec[p] == D_ABRT -> rAbrt[p] = 1
      /* forget an abort: only once its hold can never be sold again */
#ifdef M_EARLY_FORGET
      :: dec[p] == D_ABRT -> dec[p] = D_NONE
#else
      :: dec[p] == D_ABRT && hold[TGT(p)] != H_HELD && hold[TGT(p)] != H_NONE -> dec[p] = D_NONE
#endif
#ifdef M_VOLATILE_DECISION  /* power loss before the log reached the disk */
      :: soft[p] && dec[p] == D_CONF ->
         soft[p] = 0; dec[p] = D_NONE; hold[TGT(p)] = H_HELD; soldBy[TGT(p)] = NO; sales--
#endif
      /* ------------------------------------------------ holds and clock */
      :: p == 0 -> if :: late[0] = !late[0] :: late[1] = !late[1] fi
      :: p == 0 && hold[0] == H_HELD -> hold[0] = H_GONE; seat = NO      /* user releases */
      :: p == 0 && hold[0] == H_HELD && late[0] -> hold[0] = H_GONE; seat = NO /* sweeper */
      :: p == 0 && hold[1] == H_NONE && seat == NO -> hold[1] = H_HELD; seat = 1
      :: p == 0 && hold[1] == H_NONE && seat == 0 && hold[0] == H_HELD && late[0] ->
         hold[0] = H_GONE; hold[1] = H_HELD; seat = 1                    /* lazy take-over */
      :: p == 0 && hold[1] == H_HELD -> hold[1] = H_GONE; seat = NO
      fi;
      p = 0;
      check()
    }
  od
}
