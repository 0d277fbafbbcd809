/*
 * Money back in parts, Wallet and Concert: the promises.
 *
 * Two seats of one date. Hold h0 of user A has both, and h1 of user B has seat
 * 0 once it is free. p0 and p1 pay for h0 (a double click with two ids), p2
 * pays for h1. A ticket costs 2; the return policy keeps 1 of it near the
 * start. Refund rows: r0 and r1 return one ticket of h0 each, r2 returns the
 * rest of h0, r3 the ticket of h1. r2 and r3 serve the buyer and CancelDate.
 *
 * As in payments-safety.pml, every atomic block is one durable transaction or
 * one send. Messages stay in the network, and clocks jump both ways.
 *
 * -DCANCEL_DATE adds that an operator cancels the date, -DTWO_PAYMENTS adds p1.
 * Mutants (-DM_xxx) each remove one guard; each must break a promise.
 */
#ifdef M_CANCEL_BY_LIST
#define CANCEL_DATE
#endif
#define P 3
#define R 4
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
/* reservation states */
#define H_NONE 0
#define H_HELD 1
#define H_GONE 2        /* released, expired, or ended by CancelDate */
#define H_SOLD 3
#define H_BACK 4        /* no ticket of it is valid                  */
/* ticket states */
#define T_NONE 0
#define T_VALID 1
#define T_BACK 2

byte w[P];              /* durable wallet row                        */
bool wantAbort[P];
byte avail[2], pend[2], revenue, total;   /* users A=0, B=1          */
byte refunded[P];       /* sum of the payment's refund rows          */
bool paid[R];           /* durable refund row of Wallet              */

byte hold[2];
byte seat[2] = NO;      /* the reservation that has the seat         */
byte ticket[3];         /* 0 and 1 of h0, 2 of h1                    */
byte kept[3];           /* of each returned ticket, stored at return */
byte due[R];            /* refund row of Concert: 1 + amount, or 0   */
byte dec[P];
byte soldBy[2];         /* the payment named on the tickets          */
bool late[2];           /* Concert clock: the hold has expired       */
bool near;              /* Concert clock: the policy keeps 1         */
#ifdef CANCEL_DATE
bool cancelled;         /* CancelDate has begun                      */
bool blocked[2];        /* its worker has handled this seat          */
bool done;              /* it is reported as finished                */
#endif
#ifdef M_CANCEL_BY_LIST
bool saw[P];            /* calls with a snapshot before the flag     */
#endif

bool mConf[P], mAbrt[P], rConf[P], rAbrt[P];

#define HOLD(p)   (p == 2 -> 1 : 0)
#define USER(p)   (p == 2 -> 1 : 0)
#define AMOUNT(p) (p == 2 -> 2 : 4)
#define DUE(r)    (due[r] > 0 -> due[r] - 1 : 0)
#define OWED(r)   (paid[r] -> 0 : DUE(r))
#define VALID0    ((ticket[0] == T_VALID) + (ticket[1] == T_VALID))

inline check() {
  /* I1: no money is created or lost */
  assert(avail[0] + avail[1] + pend[0] + pend[1] + revenue == total);
  /* I2: a valid ticket has its seat, so a seat has at most one valid ticket */
  assert(ticket[0] != T_VALID || (seat[0] == 0 && hold[0] == H_SOLD));
  assert(ticket[1] != T_VALID || (seat[1] == 0 && hold[0] == H_SOLD));
  assert(ticket[2] != T_VALID || (seat[0] == 1 && hold[1] == H_SOLD));
  k = 0;
  do
  :: k < P ->
     /* I3: what was charged is tickets, fees, refunds due and refunds paid */
     assert(w[k] != W_POST && w[k] != W_REFD || dec[k] == D_CONF && soldBy[HOLD(k)] == k &&
            AMOUNT(k) == refunded[k] + (k == 2 -> 2 * (ticket[2] == T_VALID) + kept[2] + OWED(3) :
                                        2 * VALID0 + kept[0] + kept[1] + OWED(0) + OWED(1) + OWED(2)));
     /* I4: a ticket means charged, or money still set aside */
     assert(dec[k] != D_CONF || w[k] == W_RESV || w[k] == W_POST || w[k] == W_REFD);
     /* I5: REFUNDED means all of it, and no valid ticket */
     assert(refunded[k] <= AMOUNT(k));
     assert(w[k] != W_REFD || (refunded[k] == AMOUNT(k) && hold[HOLD(k)] == H_BACK));
     k++
  :: else -> break
  od;
  /* I6: pending money and revenue are exactly the open payments and what is left of the posted ones */
  assert(pend[0] == 4 * (w[0] == W_RESV) + 4 * (w[1] == W_RESV));
  assert(pend[1] == 2 * (w[2] == W_RESV));
  assert(revenue == (w[0] == W_POST -> 4 - refunded[0] : 0) + (w[1] == W_POST -> 4 - refunded[1] : 0) +
                    (w[2] == W_POST -> 2 - refunded[2] : 0));
  /* I7: a ticket that went back is refunded or kept, exactly once */
  assert(2 * ((ticket[0] == T_BACK) + (ticket[1] == T_BACK)) == DUE(0) + DUE(1) + DUE(2) + kept[0] + kept[1]);
  assert(2 * (ticket[2] == T_BACK) == DUE(3) + kept[2]);
#ifdef CANCEL_DATE
  /* I8: after CancelDate no ticket is valid and no seat is held */
  assert(!done || (hold[0] != H_SOLD && hold[1] != H_SOLD && hold[0] != H_HELD && hold[1] != H_HELD));
#endif
  k = 0
}

#ifdef M_CANCEL_BY_LIST
#define OPEN(p) (!cancelled || saw[p])
#define FREE    OPEN(2)
#else
#define OPEN(p) true
#ifdef CANCEL_DATE
#define FREE    !blocked[0]
#else
#define FREE    true
#endif
#endif
#define CANSELL(p) (hold[HOLD(p)] == H_HELD && !late[HOLD(p)] && OPEN(p) && \
                    (p == 2 -> seat[0] == 1 : seat[0] == 0 && seat[1] == 0))

/* Returns a ticket by a refund row. The policy keeps `fee` now. */
inline giveBack(which, its_seat, row, fee) {
  kept[which] = fee; due[row] = due[row] + 2 - kept[which]; ticket[which] = T_BACK; seat[its_seat] = NO
}

/* Returns all that is left of h0 or h1. */
inline giveBackRest(which_hold, rest_fee) {
  if
  :: which_hold == 0 ->
     due[2] = 1;
#ifdef M_FULL_AFTER_PART
     due[2] = 1 + 4 - 2 * VALID0;
#endif
     if :: ticket[0] == T_VALID -> giveBack(0, 0, 2, rest_fee) :: else fi;
     if :: ticket[1] == T_VALID -> giveBack(1, 1, 2, rest_fee) :: else fi;
#ifdef M_REST_FREES_RESOLD
     seat[0] = NO; seat[1] = NO;
#endif
     hold[0] = H_BACK
  :: else -> due[3] = 1; giveBack(2, 0, 3, rest_fee); hold[1] = H_BACK
  fi
}

/* Ends hold h and frees its seats. */
inline endHold(which_hold) {
  hold[which_hold] = H_GONE;
  if :: seat[0] == which_hold -> seat[0] = NO :: else fi;
  if :: seat[1] == which_hold -> seat[1] = NO :: else fi
}

init {
  byte p, k, r, s, a;
  if :: avail[0] = 0 :: avail[0] = 4 :: avail[0] = 8 fi;
  if :: avail[1] = 0 :: avail[1] = 2 fi;
  total = avail[0] + avail[1];
  hold[0] = H_HELD; seat[0] = 0; seat[1] = 0;
  soldBy[0] = NO; soldBy[1] = NO;

  do
  :: atomic { /* choose a payment, then one step for it */
#ifdef TWO_PAYMENTS
      if :: p = 0 :: p = 1 :: p = 2 fi;
#else
      if :: p = 0 :: p = 2 fi;
#endif
      if
      /* ------------------------------------------------ Wallet */
      :: w[p] == W_NONE && avail[USER(p)] >= AMOUNT(p) ->
         w[p] = W_RESV; avail[USER(p)] = avail[USER(p)] - AMOUNT(p); pend[USER(p)] = pend[USER(p)] + AMOUNT(p)
      :: w[p] == W_NONE -> w[p] = W_DECL
      :: w[p] == W_RESV && !wantAbort[p] -> wantAbort[p] = 1
      :: w[p] == W_RESV && !mConf[p] -> mConf[p] = 1
      :: w[p] == W_RESV && wantAbort[p] && !mAbrt[p] -> mAbrt[p] = 1
      :: rConf[p] && w[p] == W_RESV ->
         w[p] = W_POST; pend[USER(p)] = pend[USER(p)] - AMOUNT(p); revenue = revenue + AMOUNT(p)
      :: rAbrt[p] && w[p] == W_RESV ->
         w[p] = W_VOID; pend[USER(p)] = pend[USER(p)] - AMOUNT(p); avail[USER(p)] = avail[USER(p)] + AMOUNT(p)
      /* a refund that is due arrives, any number of times, in any order */
      :: soldBy[HOLD(p)] == p ->
         if :: p == 2 -> r = 3 :: p != 2 -> r = 0 :: p != 2 -> r = 1 :: p != 2 -> r = 2 fi;
         a = DUE(r);
#ifdef M_POLICY_AT_PAYOUT
         if :: a > 0 && near -> a-- :: else fi;
#endif
         if
#ifdef M_REFUND_WITHOUT_ROW
         :: due[r] > 0 && w[p] == W_POST && refunded[p] + a <= AMOUNT(p) ->
#else
#ifdef M_REFUND_BEFORE_POST
         :: due[r] > 0 && !paid[r] && (w[p] == W_POST || w[p] == W_RESV) && revenue >= a ->
#else
         :: due[r] > 0 && !paid[r] && w[p] == W_POST ->
#endif
#endif
            paid[r] = 1; refunded[p] = refunded[p] + a; avail[USER(p)] = avail[USER(p)] + a;
#ifdef M_FEE_LOST
            revenue = revenue - 2;
#else
            revenue = revenue - a;
#endif
#ifdef M_REFUNDED_AT_FIRST
            w[p] = W_REFD
#else
            if :: refunded[p] == AMOUNT(p) -> w[p] = W_REFD :: else fi
#endif
         :: else
         fi;
         r = 0; a = 0
      /* ------------------------------------------------ Concert: returns */
      /* CancelTickets with one seat; either refund id may name either seat */
      :: p == 0 && hold[0] == H_SOLD ->
         if :: r = 0 :: r = 1 fi;
         if :: s = 0 :: s = 1 fi;
         if
#ifdef M_RETURN_NOT_CONDITIONAL
         :: due[r] == 0 ->
#else
         :: due[r] == 0 && ticket[s] == T_VALID ->
#endif
            due[r] = 1;
#ifdef M_TICKET_STAYS
            kept[s] = near; due[r] = 3 - near;
#else
            giveBack(s, s, r, near);
#endif
            if :: VALID0 == 0 -> hold[0] = H_BACK :: else fi
         :: else
         fi;
         r = 0; s = 0
      /* CancelReservation: the rest */
      :: p != 1 && hold[HOLD(p)] == H_SOLD -> giveBackRest(HOLD(p), near)
      /* ------------------------------------------------ Concert: decisions */
      :: mConf[p] && dec[p] == D_NONE && CANSELL(p) ->
         dec[p] = D_CONF; hold[HOLD(p)] = H_SOLD; soldBy[HOLD(p)] = p;
         if :: p == 2 -> ticket[2] = T_VALID :: else -> ticket[0] = T_VALID; ticket[1] = T_VALID fi
      :: mConf[p] && dec[p] == D_NONE && !CANSELL(p) -> dec[p] = D_ABRT
      :: mAbrt[p] && dec[p] == D_NONE -> dec[p] = D_ABRT
      :: (mConf[p] || mAbrt[p]) && dec[p] == D_CONF && !rConf[p] -> rConf[p] = 1
      :: (mConf[p] || mAbrt[p]) && dec[p] == D_ABRT && !rAbrt[p] -> rAbrt[p] = 1
      :: dec[p] == D_ABRT && hold[HOLD(p)] != H_HELD && hold[HOLD(p)] != H_NONE -> dec[p] = D_NONE
      /* ------------------------------------------------ Concert: holds and clocks */
      :: p != 1 -> late[HOLD(p)] = !late[HOLD(p)]
      :: p == 0 -> near = !near
      :: p != 1 && hold[HOLD(p)] == H_HELD -> endHold(HOLD(p))        /* released or swept */
      :: p == 2 && hold[1] == H_NONE && seat[0] == NO && FREE -> hold[1] = H_HELD; seat[0] = 1
      :: p == 2 && hold[1] == H_NONE && seat[0] == 0 && hold[0] == H_HELD && late[0] ->
         endHold(0); hold[1] = H_HELD; seat[0] = 1                    /* lazy take-over */
#ifdef CANCEL_DATE
      /* ------------------------------------------------ Concert: CancelDate */
      :: p == 0 && !cancelled -> cancelled = 1
      :: p == 0 && blocked[0] && blocked[1] && !done -> done = 1
#ifdef M_CANCEL_BY_LIST
      /* by a flag and the list of reservations: a hold of a transaction that saw no flag is not in the list */
      :: !cancelled && !saw[p] -> saw[p] = 1
      :: p != 1 && cancelled && !blocked[HOLD(p)] ->
         if
         :: hold[HOLD(p)] == H_SOLD -> giveBackRest(HOLD(p), 0)
         :: hold[HOLD(p)] == H_HELD -> endHold(HOLD(p))
         :: else
         fi;
         blocked[HOLD(p)] = 1
#else
      /* by seat: one transaction blocks the seat and ends what has it */
      :: p != 1 && cancelled ->
         s = HOLD(p);
         if
         :: !blocked[s] ->
            blocked[s] = 1;
            if
            :: seat[s] != NO && hold[seat[s]] == H_HELD -> a = seat[s]; endHold(a)
            :: seat[s] != NO && hold[seat[s]] == H_SOLD -> a = seat[s]; giveBackRest(a, 0)
            :: else
            fi
         :: else
         fi;
         s = 0; a = 0
#endif
#endif
      fi;
      p = 0;
      check()
    }
  od
}
