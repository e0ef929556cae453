package yookassa

// Kept is a payment or a refund as it goes into a lasting book.
type Kept struct {
	Payment *Payment `json:"payment,omitempty"`
	Refund  *Refund  `json:"refund,omitempty"`
	Capture bool     `json:"capture,omitempty"`
	Save    bool     `json:"save,omitempty"`
	Back    string   `json:"back,omitempty"`
}

// Load fills the books with what was kept, in the order of its making.
func (s *Stand) Load(book []Kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range book {
		if k.Payment != nil {
			k.Payment.capture, k.Payment.save, k.Payment.back = k.Capture, k.Save, k.Back
			s.payments = append(s.payments, k.Payment)
		}
		if k.Refund != nil {
			s.refunds = append(s.refunds, k.Refund)
		}
	}
}

func (s *Stand) keep(p *Payment) error {
	if s.Keep == nil {
		return nil
	}
	return s.Keep(Kept{Payment: p, Capture: p.capture, Save: p.save, Back: p.back})
}

// kept answers with a payment that has been kept.
func (s *Stand) kept(p *Payment) (int, any) {
	if s.keep(p) != nil {
		return 500, fail("internal_server_error")
	}
	return 200, p
}

// Payment returns a payment and where its payer goes back to; nil when there is none of that id.
func (s *Stand) Payment(id string) (*Payment, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.payment(id)
	if p == nil {
		return nil, ""
	}
	copied := *p
	return &copied, p.back
}

// Block takes a card's word back: whoever charges it is refused.
func (s *Stand) Block(method string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.payments {
		if p.Method != nil && p.Method.ID == method {
			p.Method.Saved = false
		}
	}
}
